import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import type { Notifier } from "../src/notifier.ts";
import { durableStore } from "./support/durable-store.ts";
import { rig } from "./support/rig.ts";
import { scriptedStore } from "./support/scripted-store.ts";

describe("getEvents", () => {
  it.each([
    ["SYNC_FAILURE", 'Did you mean "sync_failure"?'],
    ["sync-failure", 'Did you mean "sync_failure"?'],
    ["*_failure", "`types` are exact, without `*`"],
    ["", "It is empty"],
  ])(
    "refuses the type %j, which no event has, and does not say that there is none",
    async (type, told) => {
      const { monitor, emit } = rig();
      emit(1);
      await expect(monitor.getEvents({ types: [type] })).rejects.toThrow(told);
    },
  );
});

describe("explain", () => {
  it("says for every receiver whether it would get the event, and why", async () => {
    const { monitor } = rig();
    monitor.registerCallback(() => {}, { name: "all" });
    monitor.registerCallback(() => {}, { name: "grave", minLevel: "error" });
    monitor.registerCallback(() => {}, { name: "failures", types: ["*_failure"] });
    monitor.registerCallback(() => {}, { name: "choosy", where: (event) => event.message === "x" });
    monitor.registerCallback(() => {}, {
      name: "broken",
      where: () => {
        throw new Error("no");
      },
    });
    const decisions = monitor.explain({ event_type: "sync_start", message: "go" });
    expect(decisions.map(({ receiver, wanted }) => [receiver, wanted])).toEqual([
      ["all", true],
      ["grave", false],
      ["failures", false],
      ["choosy", false],
      ["broken", true],
    ]);
    expect(decisions[1]?.reason).toContain("info is below error");
    expect(decisions[3]?.reason).toContain("where");
    expect(decisions[4]?.reason).toBe("wanted: its `where` throws or is async");
  });

  it("says that an async `where` lets everything through, and survives its rejection", async () => {
    const { monitor } = rig();
    const where = async () => {
      throw new Error("no");
    };
    monitor.registerCallback(() => {}, { name: "async", where: where as never });
    const [decision] = monitor.explain({ event_type: "sync_start", message: "go" });
    expect(decision).toMatchObject({ wanted: true, reason: expect.stringContaining("async") });
    await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail the run
  });

  it("says what holds a wanted event up", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 30_000 }));
    monitor.registerNotifier(notifier);
    emit(1);
    await clock.advance(0);
    expect(monitor.explain({ event_type: "sync_start", message: "go" })[0]?.held_by).toContain(
      "30 s",
    );
  });

  it("says so too while a probe is out, and when the rate limits are reached", async () => {
    const { clock, monitor, emit } = rig();
    const heldBy = () => monitor.explain({ event_type: "sync_start", message: "go" })[0]?.held_by;
    const notifier = memoryNotifier({ rateLimits: [{ max: 2, perMs: 60_000 }] });
    notifier.fail(new DeliveryError("endpoint", "gone"), 1);
    monitor.registerNotifier(notifier);
    expect(heldBy()).toBeNull();
    emit(1);
    await clock.advance(0);
    expect(heldBy()).toContain("breaker is open");
    const answer = notifier.hold();
    await clock.advance(2_000);
    expect(heldBy()).toContain("breaker is half-open");
    answer();
    await clock.advance(0);
    expect(heldBy()).toContain("rate limits");
    await clock.advance(60_000);
    expect(heldBy()).toBeNull();
  });

  it("refuses what is not an event", () => {
    const { monitor } = rig();
    expect(() => monitor.explain({ event_type: "Not A Type", message: "" })).toThrow("event_type");
  });
});

describe("getDeliveries", () => {
  it("tells how a delivery stands while it waits, and how it ended", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "the destination is busy"), 1);
    monitor.registerNotifier(notifier);
    const [eventId] = emit(1);
    await clock.advance(0);
    const [waiting] = (await monitor.getDeliveries({ eventId })).rows;
    expect(waiting).toMatchObject({
      receiver: "memory",
      state: "pending",
      attempts: 1,
      settled_at: null,
      last_error: { code: "unavailable", message: "the destination is busy" },
    });
    expect(Date.parse(waiting?.next_at ?? "")).toBeGreaterThan(clock.now());
    await clock.advance(1_000);
    const [ended] = (await monitor.getDeliveries({ eventId, states: ["delivered"] })).rows;
    expect(ended).toMatchObject({ state: "delivered", attempts: 2, batch_id: eventId });
  });

  it("keeps the destination's own name for the message", async () => {
    const { clock, monitor, emit } = rig();
    monitor.registerNotifier({ contract: 1, id: "named", send: () => ({ reference: "msg-7" }) });
    emit(1);
    await clock.advance(0);
    expect((await monitor.getDeliveries()).rows[0]?.reference).toBe("msg-7");
  });
});

describe("replay", () => {
  it("tries dead deliveries again under the same event id, and the books still balance", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("payload", "refused"), 2);
    monitor.registerNotifier(notifier);
    const ids = emit(3);
    await clock.advance(0);
    expect(receiver("memory")).toMatchObject({ delivered: 1, dead: { payload: 2 } });
    expect(await monitor.replay()).toBe(2);
    expect(receiver("memory")).toMatchObject({ dead: { payload: 0 } });
    await clock.advance(10);
    expect([...notifier.events.map(({ id }) => id)].sort()).toEqual(ids);
    expect(receiver("memory")).toMatchObject({ taken: 3, delivered: 3, pending: 0 });
  });
});

describe("replay beside what waits", () => {
  it("takes only what died: what waits out a long pause is not sent twice", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 600_000 }));
    monitor.registerNotifier(notifier);
    emit(1);
    await clock.advance(0);
    const other = memoryNotifier({ id: "other" });
    other.fail(new DeliveryError("payload", "refused"));
    monitor.registerNotifier(other);
    emit(1);
    await clock.advance(180_000);
    expect(receiver("other").dead).toEqual({ payload: 1 });
    expect(await monitor.replay({})).toBe(1);
    await clock.advance(600_000);
    expect(notifier.events.map(({ metrics }) => metrics.n)).toEqual([1, 2]);
    expect(other.events.map(({ metrics }) => metrics.n)).toEqual([2]);
  });

  it("waits in the store for a receiver that is not registered, and goes on when it is", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const first = memoryNotifier();
    first.fail(new DeliveryError("payload", "refused"));
    const registration = monitor.registerNotifier(first);
    emit(1);
    await clock.advance(0);
    const leaving = registration.unregister();
    await clock.advance(500);
    await leaving;
    expect(await monitor.replay({ receiver: "memory" })).toBe(1);
    const second = memoryNotifier();
    monitor.registerNotifier(second);
    await clock.advance(10);
    expect(second.events.map(({ metrics }) => metrics.n)).toEqual([1]);
    expect(receiver("memory")).toMatchObject({ taken: 1, delivered: 1, pending: 0 });
  });
});

describe("verify", () => {
  it("answers for each receiver: ok, failed with its code, unsupported, or too slow", async () => {
    const { clock, monitor } = rig();
    const base = { contract: 1, send: () => {} } as const;
    monitor.registerNotifier({ ...base, id: "good", verify: async () => {} });
    monitor.registerNotifier({
      ...base,
      id: "bad",
      verify: () => Promise.reject(new DeliveryError("config", "wrong secret")),
    });
    monitor.registerNotifier({ ...base, id: "mute" });
    monitor.registerNotifier(
      { ...base, id: "slow", verify: () => new Promise(() => {}) },
      { timeoutMs: 1_000 },
    );
    monitor.registerNotifier({
      ...base,
      id: "throws",
      verify: () => {
        throw new TypeError("no");
      },
    });
    const asked = monitor.verify();
    await clock.advance(1_000);
    expect((await asked).map(({ receiver, status, code }) => [receiver, status, code])).toEqual([
      ["good", "ok", null],
      ["bad", "failed", "config"],
      ["mute", "unsupported", null],
      ["slow", "failed", "unavailable"],
      ["throws", "failed", "unknown"],
    ]);
  });
});

describe("sendTest", () => {
  it("reaches that receiver alone, past its filter, and answers with the fate", async () => {
    const { clock, monitor, receiver } = rig();
    const one = memoryNotifier({ id: "one" });
    const two = memoryNotifier({ id: "two" });
    monitor.registerNotifier(one, { types: ["sync_failure"] });
    monitor.registerNotifier(two);
    const sent = monitor.sendTest("one");
    await clock.advance(10);
    expect(await sent).toMatchObject({ receiver: "one", state: "delivered" });
    expect(one.events).toMatchObject([{ event_type: "service_status", details: { test: true } }]);
    expect(two.events).toEqual([]);
    expect(receiver("two").filtered).toBe(1);
  });

  it("does not wait for others to share its batch", async () => {
    const { clock, monitor } = rig();
    const options = { batch: { maxWaitMs: 600_000 } };
    monitor.registerNotifier(memoryNotifier({ maxBatchSize: 10 }), options);
    const sent = monitor.sendTest("memory");
    await clock.advance(20_000);
    expect(await sent).toMatchObject({ state: "delivered", attempts: 1 });
  });

  it("answers pending when the destination is away, and names unknown receivers", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("endpoint", "gone"), 10);
    monitor.registerNotifier(notifier, { timeoutMs: 500 });
    const sent = monitor.sendTest("memory");
    await clock.advance(1_000);
    expect(await sent).toMatchObject({ state: "pending", last_error: { code: "endpoint" } });
    await expect(monitor.sendTest("nobody")).rejects.toThrow("Registered: `memory`");
  });
});

describe("sendTest with a durable store", () => {
  it("answers the fate also of a callback, of which the store keeps nothing", async () => {
    const { clock, store } = durableStore();
    const { monitor } = rig({ clock, store });
    monitor.registerCallback(() => {}, { name: "well" });
    monitor.registerCallback(
      () => {
        throw new TypeError("no");
      },
      { name: "broken" },
    );
    const sent = Promise.all([monitor.sendTest("well"), monitor.sendTest("broken")]);
    await clock.advance(10);
    const [well, broken] = await sent;
    expect(well).toMatchObject({ receiver: "well", state: "delivered", attempts: 1 });
    expect(broken).toMatchObject({
      state: "dead",
      reason: "failed",
      attempts: 1,
      settled_at: "2025-08-29T10:30:00.000Z",
      last_error: { code: "unknown", message: "TypeError" },
    });
  });

  it("answers how many attempts were made also where the store keeps nothing of them", async () => {
    const { store } = scriptedStore({ open: "never" });
    const mute: typeof store = { ...store, deliveries: () => Promise.reject(new Error("No.")) };
    const { clock, monitor } = rig({ store: mute });
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "not yet"), 2);
    monitor.registerNotifier(notifier);
    const late = memoryNotifier({ id: "late" });
    late.fail(new DeliveryError("unavailable", "away"), 100);
    monitor.registerNotifier(late, { retry: { maxAgeMs: 3_000 }, breaker: false });
    const sent = Promise.all([monitor.sendTest("memory"), monitor.sendTest("late")]);
    await clock.advance(20_000);
    expect(await sent).toMatchObject([
      { state: "delivered", attempts: notifier.attempts.length },
      { state: "dead", reason: "expired", attempts: late.attempts.length },
    ]);
    expect(notifier.attempts).toHaveLength(3);
  });

  it.each(["never", "rejects"] as const)(
    "answers the fate also while the store does not open: it answers %s",
    async (open) => {
      const { store } = scriptedStore({ open });
      const failing: typeof store = {
        ...store,
        deliveries: () => Promise.reject(new Error("It is not open.")),
      };
      const { clock, monitor } = rig({ store: failing });
      monitor.registerNotifier(memoryNotifier());
      const sent = monitor.sendTest("memory");
      await clock.advance(20_000);
      expect(await sent).toMatchObject({ receiver: "memory", state: "delivered" });
    },
  );
});

describe("getComprehensiveStatus() of a store that does not open", () => {
  it.each(["never", "rejects"] as const)(
    "says so, though it was asked before that was known: it answers %s",
    async (open) => {
      const { store } = scriptedStore({ open });
      const { clock, monitor, emit } = rig({ store });
      emit(1);
      const asked = monitor.getComprehensiveStatus();
      await clock.advance(6_000);
      expect((await asked).status).toBe("unhealthy");
    },
  );
});

describe("observing", () => {
  it("tells of taken, attempt and settled, in that order, and survives an observer that throws", async () => {
    const { clock, monitor, emit, signals, problems } = rig();
    monitor.observe(() => {
      throw new Error("no");
    });
    monitor.registerNotifier(memoryNotifier());
    emit(1);
    await clock.advance(0);
    const kinds = signals.map(({ kind }) => kind).filter((kind) => kind !== "problem");
    expect(kinds).toEqual(["taken", "attempt", "settled"]);
    expect(problems.every(({ code }) => code === "observer-threw")).toBe(true);
  });

  it("stops when it is told to", async () => {
    const { clock, monitor, emit } = rig();
    const seen: string[] = [];
    const registration = monitor.observe(({ kind }) => seen.push(kind));
    await registration.unregister();
    emit(1);
    await clock.advance(0);
    expect(seen).toEqual([]);
  });
});

describe("selfReport", () => {
  it("tells every other receiver when a breaker opens and when it closes", async () => {
    const { clock, monitor, emit } = rig({ selfReport: true });
    const broken = memoryNotifier({ id: "broken", maxBatchSize: 10 });
    const well = memoryNotifier({ id: "well" });
    broken.fail(new DeliveryError("config", "wrong secret"), 1);
    monitor.registerNotifier(broken);
    monitor.registerNotifier(well, { types: ["service_status"] });
    emit(1);
    await clock.advance(5_000);
    expect(
      well.events.map(({ level, details }) => [level, details.breaker, details.receiver]),
    ).toEqual([
      ["error", "open", "broken"],
      ["info", "closed", "broken"],
    ]);
    expect(broken.events.map(({ event_type }) => event_type)).toEqual(["sync_success"]);
  });

  it("tells of the next outage of a name that was unregistered during the last", async () => {
    const { clock, monitor, emit } = rig({ selfReport: true });
    const well = memoryNotifier({ id: "well" });
    monitor.registerNotifier(well, { types: ["service_status"] });
    for (const outage of [1, 2]) {
      const broken = memoryNotifier({ id: "broken" });
      broken.fail(new DeliveryError("config", "wrong secret"), 10);
      const registration = monitor.registerNotifier(broken);
      emit(1);
      await clock.advance(0);
      expect(well.events.map(({ details }) => details.breaker)).toEqual(Array(outage).fill("open"));
      const leaving = registration.unregister({ deadlineMs: 0 });
      await clock.advance(1_000);
      await leaving;
    }
  });

  it("tells of each outage of a destination that two receivers share, whoever finds it well again", async () => {
    const { clock, monitor } = rig({ selfReport: true });
    let isDown = true;
    const sharing = (id: string): Notifier => ({
      contract: 1,
      id,
      destinationKey: "one",
      send: () => {
        if (isDown) throw new DeliveryError("config", "wrong secret");
      },
    });
    const well = memoryNotifier({ id: "well" });
    monitor.registerNotifier(well, { types: ["service_status"] });
    monitor.registerNotifier(sharing("first"), { types: ["a"], retry: { maxAgeMs: 100 } });
    monitor.registerNotifier(sharing("second"), { types: ["b"] });
    for (const down of [true, false, true, false]) {
      isDown = down;
      monitor.emitEvent({ event_type: down ? "a" : "b", message: "go" });
      await clock.advance(60_000);
    }
    expect(well.events.map(({ details }) => details.breaker)).toEqual([
      "open",
      "closed",
      "open",
      "closed",
    ]);
  });
});

describe("the comprehensive status", () => {
  it("turns degraded with its reasons when deliveries die, and unhealthy when a human must act", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    emit(2);
    await clock.advance(0);
    expect(await monitor.getComprehensiveStatus()).toMatchObject({
      status: "healthy",
      reasons: [],
    });
    notifier.fail(new DeliveryError("payload", "refused"));
    emit(1);
    await clock.advance(0);
    const degraded = await monitor.getComprehensiveStatus();
    expect(degraded.status).toBe("degraded");
    expect(degraded.reasons.join()).toContain("memory");
    notifier.fail(new DeliveryError("config", "wrong secret"), 5);
    emit(1);
    await clock.advance(0);
    const unhealthy = await monitor.getComprehensiveStatus();
    expect(unhealthy).toMatchObject({
      service: "datasync",
      status: "unhealthy",
      sync_metrics: { sync_success_count: 4 },
      receivers: [{ name: "memory", state: "open", pending: 1, delivered: 2, failed: 2, dead: 1 }],
      recent_problems: [{ code: "delivery-payload" }, { code: "delivery-config" }],
    });
  });
});

describe("a receiver that was unregistered and still delivers what waits", () => {
  it("is no longer explained, verified or sent a test", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "down"), 100);
    const registration = monitor.registerNotifier(notifier);
    emit(1);
    const leaving = registration.unregister({ deadlineMs: 60_000 });
    expect(monitor.explain({ event_type: "sync_start", message: "go" })).toEqual([]);
    expect(await monitor.verify()).toEqual([]);
    await expect(monitor.sendTest("memory")).rejects.toThrow("No receiver has the name `memory`");
    expect(monitor.stats().taken).toBe(1);
    await clock.advance(120_000);
    await leaving;
  });
});
