import { setImmediate as turn } from "node:timers/promises";
import { checkBooks, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { createMonitor } from "../src/monitor.ts";

import { rig } from "./support/rig.ts";

describe("registering", () => {
  it("gives a receiver only what is emitted after its registration, even within one turn", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const early = memoryNotifier({ id: "early" });
    const late = memoryNotifier({ id: "late" });
    monitor.registerNotifier(early);
    emit(1);
    monitor.registerNotifier(late);
    emit(1);
    await clock.advance(0);
    expect(early.events.map((event) => event.metrics.n)).toEqual([1, 2]);
    expect(late.events.map((event) => event.metrics.n)).toEqual([2]);
    expect(receiver("late").taken).toBe(1);
  });

  it("refuses two receivers of one name, and numbers callbacks that have none", () => {
    const { monitor } = rig();
    monitor.registerNotifier(memoryNotifier());
    expect(() => monitor.registerNotifier(memoryNotifier())).toThrow("another `name`");
    monitor.registerCallback(() => {});
    monitor.registerCallback(() => {});
    expect(monitor.stats().receivers.map(({ name }) => name)).toEqual([
      "memory",
      "callback",
      "callback-2",
    ]);
  });

  it("refuses a notifier of another contract, saying which it speaks", () => {
    const { monitor } = rig();
    const old = { ...memoryNotifier(), contract: 2 as unknown as 1 };
    expect(() => monitor.registerNotifier(old)).toThrow(
      /supports notifier contract 1, but `memory` has 2\. Install versions that go together/,
    );
  });

  it.each([
    ["a factory that was not called", memoryNotifier, /call its factory/],
    ["a function for events", () => {}, /registerCallback\(\)/],
    ["a promise", Promise.resolve(memoryNotifier()), /an object with/],
    ["one without a contract", { id: "memory", send: () => {} }, /defineNotifier\(\)/],
    ["an id that is no label", { ...memoryNotifier(), id: "My Pager" }, /`id` is lower-case kebab/],
    ["a batch of none", { ...memoryNotifier(), maxBatchSize: 0 }, /`maxBatchSize` must be/],
    [
      "a limit without its time",
      { ...memoryNotifier(), rateLimits: [{ max: 1 }] },
      /perMs.*missing/,
    ],
  ])("refuses %s, saying what to do", (_what, wrong, advice) => {
    const { monitor } = rig();
    expect(() => monitor.registerNotifier(wrong as never)).toThrow(advice);
    expect(monitor.stats().receivers).toEqual([]);
  });

  it("names the nearest option when one is misspelt", () => {
    const { monitor } = rig();
    const typo = { timeoutMS: 5 } as object;
    expect(() => monitor.registerNotifier(memoryNotifier(), typo)).toThrow(
      "Did you mean `timeoutMs`?",
    );
  });

  it.each([
    ["a name", "ops"],
    ["null", null],
    ["a list", ["sync_*"]],
  ])("refuses %s where a callback's options belong", (_what, options) => {
    const { monitor } = rig();
    expect(() => monitor.registerCallback(() => {}, options as never)).toThrow(
      "takes an options object, but it is",
    );
  });

  it("calls a receiver whose option is wrong by its own name", () => {
    const { monitor } = rig();
    const options = { name: "night shift", batch: { maxSize: 0 } };
    expect(() => monitor.registerNotifier(memoryNotifier(), options)).toThrow(
      "The receiver `night shift`: `batch.maxSize` must be a whole number",
    );
  });

  it("attaches a notifier once, and goes on when that throws", async () => {
    const { clock, monitor, emit, problems } = rig();
    let attached = 0;
    const got: number[] = [];
    monitor.registerNotifier({
      contract: 1,
      id: "clumsy",
      attach: (host) => {
        attached += 1;
        expect(host.service).toBe("datasync");
        throw new Error("no");
      },
      send: ([event]) => void got.push(event.metrics.n ?? 0),
    });
    emit(2);
    await clock.advance(0);
    expect([attached, got]).toEqual([1, [1, 2]]);
    expect(problems.map(({ code }) => code)).toEqual(["attach-failed"]);
  });
});

describe("unregistering", () => {
  it("has the name taken until it is over, and says so to who is too early", async () => {
    const { clock, monitor } = rig();
    const registration = monitor.registerCallback(() => {}, { name: "ops" });
    const leaving = registration.unregister();
    expect(() => monitor.registerCallback(() => {}, { name: "ops" })).toThrow(
      "or await its `unregister()`",
    );
    await clock.advance(10);
    await leaving;
    expect(() => monitor.registerCallback(() => {}, { name: "ops" })).not.toThrow();
  });

  it("delivers what waits, closes the notifier once, and forgets the receiver", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    const registration = monitor.registerNotifier(notifier);
    emit(5);
    const [first, second] = [registration.unregister(), registration.unregister()];
    emit(1);
    await clock.advance(10);
    expect(await first).toMatchObject({ delivered: 5, pending: 0, timed_out: false });
    expect(await second).toBe(await first);
    expect(notifier.events).toHaveLength(5);
    expect(notifier.closes).toBe(1);
    expect(monitor.stats().receivers).toEqual([]);
  });

  it("drops what waits when it does not drain", async () => {
    const { clock, monitor, emit, signals } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "down"), 100);
    const registration = monitor.registerNotifier(notifier);
    emit(5);
    await clock.advance(0);
    const leaving = registration.unregister({ drain: false });
    await clock.advance(500);
    await leaving;
    expect(signals.filter((signal) => signal.kind === "settled")).toHaveLength(5);
  });

  it("keeps a notifier open while another registration uses it", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    const one = monitor.registerNotifier(notifier, { name: "one" });
    const two = monitor.registerNotifier(notifier, { name: "two" });
    const first = one.unregister();
    await clock.advance(300);
    await first;
    expect(notifier.closes).toBe(0);
    const second = two.unregister();
    await clock.advance(300);
    await second;
    expect(notifier.closes).toBe(1);
  });
});

describe("flush", () => {
  it("counts what is in flight, joins concurrent callers, and is not extended by later events", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier);
    emit(2);
    await clock.advance(0);
    const flushes = [monitor.flush(), monitor.flush()];
    let done = false;
    void Promise.all(flushes).then(() => {
      done = true;
    });
    await clock.advance(100);
    expect(done).toBe(false);
    emit(1);
    notifier.fail(new DeliveryError("unavailable", "later"), 0);
    release();
    await clock.advance(100);
    expect(await Promise.all(flushes)).toMatchObject([{ pending: 0 }, { pending: 0 }]);
  });

  it("answers at its deadline with what is left", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "down"), 1_000);
    monitor.registerNotifier(notifier);
    emit(3);
    const flushing = monitor.flush({ deadlineMs: 5_000 });
    await clock.advance(5_000);
    expect(await flushing).toEqual({
      delivered: 0,
      dropped: 0,
      dead: 0,
      pending: 3,
      timed_out: true,
    });
  });

  it("resolves at once when nothing waits", async () => {
    const { monitor } = rig();
    expect(await monitor.flush()).toMatchObject({ pending: 0, timed_out: false });
  });
});

describe("close", () => {
  it("refuses what comes later, drains, and is idempotent", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    emit(3);
    const closing = monitor.close();
    expect(monitor.emitEvent({ event_type: "sync_start", message: "late" })).toMatchObject({
      ok: false,
      reason: "closed",
    });
    await clock.advance(300);
    expect(await closing).toMatchObject({ delivered: 3, pending: 0 });
    expect(await monitor.close()).toBe(await closing);
    expect(notifier.closes).toBe(1);
  });

  it("gives up what never ends, within its deadline and half a second", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const never = () => new Promise<never>(() => {});
    monitor.registerNotifier({
      contract: 1,
      id: "hung",
      maxBatchSize: 2,
      send: never,
      close: never,
    });
    emit(5);
    const closing = monitor.close({ deadlineMs: 2_000 });
    let done = false;
    void closing.then(() => {
      done = true;
    });
    await clock.advance(2_000 + 500);
    expect(done).toBe(true);
    expect(await closing).toMatchObject({ pending: 0, dropped: 5 });
    expect(receiver("hung").dropped).toEqual({ closed: 5 });
  });

  it("does not wait for its deadline when nothing can happen before it", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 600_000 }), 10);
    monitor.registerNotifier(notifier);
    emit(1);
    await clock.advance(0);
    const closing = monitor.close();
    let done = false;
    void closing.then(() => {
      done = true;
    });
    await clock.advance(600);
    expect(done).toBe(true);
  });

  it("leaves no timer behind after a thousand create and close cycles", async () => {
    const before = process.listenerCount("beforeExit");
    for (let i = 0; i < 1_000; i += 1) {
      const monitor = createMonitor({ onProblem: () => {} });
      monitor.registerCallback(() => {}, { name: "one" });
      monitor.emitEvent({ event_type: "health_check", message: "ok" });
      await monitor.close();
      checkBooks(monitor.stats());
    }
    await turn();
    expect(process.listenerCount("beforeExit")).toBe(before);
    expect(
      process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
    ).toBeLessThan(5);
  });
});
