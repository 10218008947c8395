import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
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

  it.each([
    ["msg-7", "msg-7"],
    ["250 queued\r\n\u001b[31mas\u202e9\ud800", "250 queued as 9\ufffd"],
    ["x".repeat(300), `${"x".repeat(199)}…`],
  ])(
    "keeps the destination's own name for the message, %j, in one short line",
    async (given, kept) => {
      const { clock, monitor, emit } = rig();
      monitor.registerNotifier({ contract: 1, id: "named", send: () => ({ reference: given }) });
      emit(1);
      await clock.advance(0);
      expect((await monitor.getDeliveries()).rows[0]?.reference).toBe(kept);
    },
  );
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
