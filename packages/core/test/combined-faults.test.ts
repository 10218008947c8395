import { checkBooks, fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { createMonitor } from "../src/monitor.ts";
import { durableStore } from "./support/durable-store.ts";
import { rig } from "./support/rig.ts";
import { scriptedStore } from "./support/scripted-store.ts";

const refused = () => new DeliveryError("payload", "refused");

describe("replay", () => {
  it("waits for a store that does not answer once, not once for each receiver", async () => {
    const { store, answers } = scriptedStore();
    const { monitor, clock, emit } = rig({ store });
    for (const name of ["a", "b", "c"]) {
      const notifier = memoryNotifier();
      notifier.fail(refused());
      monitor.registerNotifier(notifier, { name });
    }
    emit(1);
    await clock.advance(0);
    answers.claim = "never";
    let replayed = 0;
    void monitor.replay().then((count) => {
      replayed = count;
    });
    await clock.advance(5_000);
    expect(replayed).toBe(3);
    answers.claim = "at once";
    await clock.advance(10_000);
    expect(monitor.stats().receivers.map(({ delivered }) => delivered)).toEqual([1, 1, 1]);
  });

  it("is awaited by flush() and close() whole, though the queue has no room for it at once", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit, receiver } = rig({ clock, store });
    const notifier = memoryNotifier();
    notifier.fail(refused(), 20);
    monitor.registerNotifier(notifier, { queue: { maxEvents: 2 } });
    emit(20);
    await clock.advance(100);
    expect(receiver("memory").dead).toEqual({ payload: 20 });
    const answer = notifier.hold();
    const replaying = monitor.replay({ limit: 10 });
    await clock.advance(100);
    expect(await replaying).toBe(10);
    expect(receiver("memory")).toMatchObject({ pending: 10, dead: { payload: 10 } });
    const flushing = monitor.flush({ deadlineMs: 1_000 });
    answer();
    await clock.advance(1_000);
    expect(await flushing).toEqual({
      delivered: 10,
      dropped: 0,
      dead: 0,
      pending: 0,
      timed_out: false,
    });
    void monitor.replay();
    await clock.advance(0);
    const closing = monitor.close();
    await clock.advance(1_000);
    expect(await closing).toMatchObject({ pending: 0, timed_out: false });
    expect(notifier.events).toHaveLength(20);
    expect(await store.backlog()).toEqual([]);
  });

  it("takes nothing off what flush() tells has died meanwhile", async () => {
    const { monitor, clock, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(refused(), 3);
    monitor.registerNotifier(notifier);
    emit(3);
    await clock.advance(0);
    const answer = notifier.hold();
    emit(1);
    const flushing = monitor.flush();
    expect(await monitor.replay()).toBe(3);
    answer();
    await clock.advance(10);
    expect(await flushing).toMatchObject({ delivered: 4, dead: 0 });
  });

  it("reaches each receiver, also while another is unregistered", async () => {
    const { monitor, clock, emit, receiver } = rig();
    const [first] = ["a", "b", "c"].map((name) => {
      const notifier = memoryNotifier();
      notifier.fail(refused());
      return monitor.registerNotifier(notifier, { name });
    });
    emit(1);
    await clock.advance(0);
    void monitor.replay();
    void first?.unregister();
    await clock.advance(10);
    expect([receiver("b").delivered, receiver("c").delivered]).toEqual([1, 1]);
  });
});

describe("close() after the wall clock has jumped", () => {
  it("waits until the store has said what is still ours, and delivers what only this process has", async () => {
    const { clock, store } = durableStore();
    const slow: typeof store = {
      ...store,
      renew: (...lease) =>
        new Promise((resolve) => {
          clock.setTimer(1_000, () => resolve(store.renew(...lease)));
        }),
    };
    const { monitor, emit } = rig({ clock, store: slow });
    const got: string[] = [];
    const pager = memoryNotifier();
    const open = pager.hold();
    monitor.registerNotifier(pager);
    monitor.registerCallback(({ message }) => got.push(message), { name: "callback" });
    emit(1);
    await clock.advance(1_000);
    clock.step(60_000);
    emit(1);
    open();
    const closing = monitor.close();
    await clock.advance(20_000);
    expect(await closing).toMatchObject({ delivered: 3, dropped: 0, timed_out: false });
    expect(got).toEqual(["event 1", "event 2"]);
  });
});

describe("who looks at the books when told of something", () => {
  it("finds them balanced: at each attempt, at each of many fates, and while the next event makes room", async () => {
    const { monitor, clock, emit, receiver } = rig();
    const pager = memoryNotifier({ maxBatchSize: 5 });
    pager.fail(new DeliveryError("payload", "refused", { rejected: [0, 1] }));
    monitor.registerNotifier(pager, { queue: { maxEvents: 8 }, retry: { maxAgeMs: 60_000 } });
    emit(20);
    await clock.advance(1_000);
    expect(receiver("memory")).toMatchObject({ dropped: { overflow: 12 }, dead: { payload: 2 } });
    pager.fail(new DeliveryError("unavailable", "nobody answers"), 1_000);
    emit(5);
    await clock.advance(70_000);
    expect(receiver("memory").dead).toEqual({ payload: 2, expired: 5 });
    emit(5);
    await clock.advance(0);
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(1_000);
    expect(await closing).toMatchObject({ dropped: 5, pending: 0 });
  });
});

describe("the age of an event", () => {
  it("ends when it should, also behind one that was replayed and is younger since", async () => {
    const { monitor, clock, emit, receiver } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 2 });
    const retry = { maxAgeMs: 100_000, baseMs: 1, capMs: 1 };
    monitor.registerNotifier(notifier, { retry, breaker: { failures: 1, cooldownMs: 10_000_000 } });
    notifier.fail(refused());
    emit(1);
    await clock.advance(10);
    const open = notifier.hold();
    emit(1);
    await clock.advance(0);
    emit(1);
    await clock.advance(5_000);
    void monitor.replay();
    await clock.advance(10);
    notifier.fail(new DeliveryError("unavailable", "nobody answers"), 1_000);
    open();
    await clock.advance(96_000);
    expect(receiver("memory")).toMatchObject({ delivered: 1, dead: { expired: 1 }, pending: 1 });
  });

  it("gives those that travelled with it no further attempts", async () => {
    const { monitor, clock, emit, receiver } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 2 });
    notifier.fail(new Error("odd"), 1_000);
    monitor.registerNotifier(notifier, {
      batch: { maxWaitMs: 50_000 },
      retry: { maxAgeMs: 60_000, maxAttempts: 4, baseMs: 20_000, capMs: 20_000 },
    });
    emit(1);
    await clock.advance(45_000);
    emit(1);
    await clock.advance(35_000);
    expect(receiver("memory").dead).toEqual({ expired: 1, attempts: 1 });
    expect(notifier.attempts).toHaveLength(4);
  });
});

describe("flush()", () => {
  it("waits for what lies in the store under a lease that was not given back, though later events come back first", async () => {
    const { clock, store } = durableStore();
    let fails = true;
    const renew: typeof store.renew = async (leases, leaseMs, now) => {
      if (leaseMs === 0 && fails) throw new Error("The connection is lost.");
      return store.renew(leases, leaseMs, now);
    };
    const { monitor, emit } = rig({ clock, store: { ...store, renew } });
    const pager = memoryNotifier();
    const open = pager.hold();
    monitor.registerNotifier(pager, { queue: { maxEvents: 4 } });
    emit(1);
    await clock.advance(0);
    const ids = emit(9);
    await clock.advance(0);
    fails = false;
    const flushed = monitor.flush({ deadlineMs: 60_000 }).then((report) => {
      expect(pager.events.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
      return report;
    });
    await clock.advance(0);
    emit(10);
    await clock.advance(0);
    open();
    await clock.advance(60_000);
    expect(await flushed).toMatchObject({ pending: 0, timed_out: false });
  });
});

describe("a destination that asked for rest", () => {
  it("is asked by one again when the first who did was unregistered before it heard", async () => {
    const { clock, monitor, emit } = rig();
    const [a, b] = ["a", "b"].map((id) => memoryNotifier({ id, destinationKey: "rests" }));
    const [first] = [a, b].map((one) => one && monitor.registerNotifier(one, { concurrency: 10 }));
    a?.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 10_000 }));
    b?.hold();
    emit(1);
    await clock.advance(0);
    a?.hold();
    emit(9);
    await clock.advance(10_000);
    const sent = b?.attempts.length ?? 0;
    void first?.unregister({ drain: false });
    await clock.advance(300);
    expect(b?.attempts).toHaveLength(sent + 1);
  });
});

describe("the name of a receiver", () => {
  it("is free when its unregister() has answered, though the store has not yet", async () => {
    const { clock, store } = durableStore();
    const commit: typeof store.commit = (group) =>
      new Promise((resolve) => {
        clock.setTimer(3_000, () => resolve(store.commit(group)));
      });
    const monitor = createMonitor({ clock, store: { ...store, commit } });
    const emit = () => monitor.emitEvent({ event_type: "sync_success", message: "done" });
    const registration = monitor.registerNotifier(memoryNotifier());
    emit();
    await clock.advance(0);
    emit();
    const leaving = registration.unregister({ drain: false });
    await clock.advance(1_000);
    await leaving;
    const pager = memoryNotifier();
    monitor.registerNotifier(pager);
    await clock.advance(60_000);
    expect(pager.events).toHaveLength(2);
    checkBooks(monitor.stats());
    expect(monitor.stats().receivers).toMatchObject([{ delivered: 2, pending: 0 }]);
    const closing = monitor.close();
    await clock.advance(4_000);
    await closing;
  });
});

describe("hundreds of receivers", () => {
  it("have at most 64 sends before others have their turn, and each has its own", async () => {
    const monitor = createMonitor({ clock: fakeClock() });
    const calls = Array.from({ length: 300 }, () => 0);
    const count = () => calls.reduce((sum, one) => sum + one, 0);
    calls.forEach((_, index) => {
      const call = () => {
        calls[index] = (calls[index] ?? 0) + 1;
      };
      monitor.registerCallback(call, { name: `callback-${index}` });
    });
    for (let left = 10; left > 0; left -= 1)
      monitor.emitEvent({ event_type: "sync_success", message: "done" });
    expect(await new Promise((resolve) => setImmediate(() => resolve(count())))).toBe(64);
    while (count() < 2_000) await new Promise(setImmediate);
    expect(Math.max(...calls) - Math.min(...calls)).toBeLessThanOrEqual(1);
    expect(await monitor.close()).toMatchObject({ timed_out: false });
    expect(count()).toBe(3_000);
  });
});
