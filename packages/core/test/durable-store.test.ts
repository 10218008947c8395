import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { getMonitorInterface, setupMonitorInterface } from "../src/global.ts";
import type { EventStore } from "../src/store/store.ts";
import { durableStore } from "./support/durable-store.ts";
import { away, books, minute, numbers, processOn, retry } from "./support/lease-kit.ts";
import { scriptedStore } from "./support/scripted-store.ts";

describe("a receiver's bound, with a durable store", () => {
  it("drops nothing: what does not fit stays in the store, counts as pending, and is delivered in order", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit } = processOn(store, { clock });
    const pager = memoryNotifier({ maxBatchSize: 7 });
    pager.fail(away(), 3);
    monitor.registerNotifier(pager, { queue: { maxEvents: 20 }, retry, breaker: false });
    emit(1_000);
    await clock.advance(0);
    const before = books(monitor);
    expect(before.queue.events).toBeLessThanOrEqual(20);
    expect(before.pending).toBe(1_000);
    await clock.advance(10_000);
    const after = books(monitor);
    expect(after).toMatchObject({ taken: 1_000, delivered: 1_000, moved: 0, dropped: {} });
    expect(pager.events.map(({ message }) => message)).toEqual(numbers(1_000));
    await monitor.close();
  });

  it("lets a critical event past those that wait in the store", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit } = processOn(store, { clock });
    const pager = memoryNotifier();
    const open = pager.hold();
    monitor.registerNotifier(pager, { queue: { maxEvents: 4 } });
    emit(1);
    await clock.advance(0);
    emit(10);
    emit(1, "critical");
    await clock.advance(0);
    open();
    await clock.advance(0);
    expect(pager.events.map(({ message }) => message)).toEqual(
      [1, 2, 3, 12, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `event ${n}`),
    );
    expect(books(monitor).dropped).toEqual({});
    await monitor.close();
  });

  it("keeps the order when there is room before what lies in the store has been read", async () => {
    const { clock, store } = durableStore();
    const slow: EventStore = {
      ...store,
      claim: (query) =>
        new Promise((resolve) => clock.setTimer(100, () => resolve(store.claim(query)))),
    };
    const { monitor, emit } = processOn(slow, { clock });
    const pager = memoryNotifier();
    monitor.registerNotifier(pager, { queue: { maxEvents: 4 } });
    emit(8);
    await clock.advance(50);
    expect(pager.events).toHaveLength(4);
    emit(2);
    await clock.advance(10_000);
    expect(pager.events.map(({ message }) => message)).toEqual(numbers(10));
    const closing = monitor.close();
    await clock.advance(1_000);
    await closing;
  });

  it("is waited for by flush(), to the last one in the store", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit } = processOn(store, { clock });
    const pager = memoryNotifier();
    pager.fail(away(), 2);
    monitor.registerNotifier(pager, { queue: { maxEvents: 4 }, retry, breaker: false });
    emit(100);
    const flushed = monitor.flush({ deadlineMs: minute });
    await clock.advance(5_000);
    expect(await flushed).toMatchObject({ delivered: 100, pending: 0, timed_out: false });
    await monitor.close();
  });

  it("still drops while the store fails, for nobody else has the events", async () => {
    const { store, answers } = scriptedStore();
    const { clock, monitor, emit } = processOn(store);
    const pager = memoryNotifier();
    pager.hold();
    monitor.registerNotifier(pager, { queue: { maxEvents: 5 } });
    answers.commit = "throws";
    emit(8);
    await clock.advance(0);
    expect(books(monitor).dropped).toEqual({ overflow: 3 });
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(1_000);
    await closing;
  });
});

describe("a durable store that fails", () => {
  it("has events refused, when that is wanted, until it answers again", async () => {
    const { store, answers } = scriptedStore();
    const { clock, monitor } = processOn(store, { storeFailure: "refuse" });
    const pager = memoryNotifier();
    monitor.registerNotifier(pager);
    const emit = (message: string) => monitor.emitEvent({ event_type: "sync_success", message });
    answers.commit = "throws";
    expect(emit("not known yet").ok).toBe(true);
    await clock.advance(0);
    expect(emit("known")).toMatchObject({ ok: false, reason: "store" });
    answers.commit = "at once";
    await clock.advance(1_000);
    expect(emit("again").ok).toBe(true);
    await clock.advance(0);
    expect(pager.events.map(({ message }) => message)).toEqual(["not known yet", "again"]);
    expect(monitor.stats().refused.store).toBe(1);
    books(monitor);
    await monitor.close();
  });
});

describe("an observer", () => {
  it("that is told of an event may wait until just that event is committed", async () => {
    const { clock, store } = durableStore();
    const { monitor, emit } = processOn(store, { clock });
    const reports: unknown[] = [];
    monitor.observe(({ kind }) => {
      if (kind === "taken") void monitor.persisted().then((report) => reports.push(report));
    });
    emit(1);
    await clock.advance(0);
    expect(reports).toEqual([{ committed: 1, memory_only: 0, timed_out: false }]);
    await monitor.close();
  });
});

describe("a durable store", () => {
  it("keeps no rows of callbacks, and is told nothing of what became of them", async () => {
    const { store, groups } = scriptedStore();
    const { clock, monitor, emit } = processOn(store);
    monitor.registerCallback(() => {}, { name: "own" });
    emit(3);
    await clock.advance(0);
    expect(
      groups.flatMap(({ accepted }) => accepted).flatMap(({ receivers }) => receivers),
    ).toEqual([]);
    expect(groups.flatMap(({ outcomes }) => outcomes)).toEqual([]);
    await monitor.close();
  });

  it("is told once a minute to forget what is settled and old, in small chunks", async () => {
    const { store } = scriptedStore();
    const asked: { before: number; maxEvents: number; chunk: number }[] = [];
    const chunks = [500, 500, 20];
    const prune: EventStore["prune"] = (limits) => {
      asked.push(limits);
      return chunks.shift() ?? 0;
    };
    const limits = { historyMs: 86_400_000, historyEvents: 5_000 };
    const { clock, monitor } = processOn({ ...store, prune }, { limits });
    const startedAt = clock.now();
    await clock.advance(minute);
    const before = startedAt + minute - 86_400_000;
    expect(asked).toEqual(
      Array.from({ length: 3 }, () => ({ before, maxEvents: 5_000, chunk: 500 })),
    );
    await clock.advance(minute);
    expect(asked).toHaveLength(4);
    await monitor.close();
    expect(clock.timers()).toBe(0);
  });

  it("is not told to forget while the wall clock has leapt ahead, before that has lasted for an hour", async () => {
    const { store } = scriptedStore();
    const asked: number[] = [];
    const prune: EventStore["prune"] = ({ before }) => {
      asked.push(before);
      return 0;
    };
    const { clock, monitor } = processOn({ ...store, prune });
    const month = 31 * 24 * 60 * minute;
    await clock.advance(minute);
    clock.step(2 * month);
    await clock.advance(30 * minute);
    expect(asked).toHaveLength(1);
    clock.step(-2 * month);
    await clock.advance(5 * minute);
    expect(asked).toHaveLength(6);
    clock.step(2 * month);
    await clock.advance(60 * minute);
    expect(asked).toHaveLength(6);
    await clock.advance(10 * minute);
    expect(asked.length).toBeGreaterThan(10);
    clock.step(-2 * month);
    await clock.advance(minute);
    expect(asked.at(-1)).toBe(clock.now() - month);
    await monitor.close();
  });

  it("is told to forget again though it once did not answer", async () => {
    const { store } = scriptedStore();
    let asked = 0;
    const prune: EventStore["prune"] = () => {
      asked += 1;
      return new Promise(() => {});
    };
    const { clock, monitor } = processOn({ ...store, prune });
    await clock.advance(5 * minute);
    expect(asked).toBeGreaterThan(1);
    await monitor.close();
    expect(clock.timers()).toBe(0);
  });

  it("lets what was registered before it was set up wait as long as it allows", async () => {
    const { store } = durableStore();
    const pager = memoryNotifier();
    pager.fail(away(), 1_000);
    const hour = 60 * minute;
    getMonitorInterface().registerNotifier(pager, {
      retry: { baseMs: hour, capMs: hour },
      breaker: false,
    });
    const monitor = setupMonitorInterface({ store });
    monitor.emitEvent({ event_type: "sync_failure", message: "waits" });
    await monitor.persisted();
    expect(monitor.stats().receivers[0]).toMatchObject({ pending: 1, dead: {} });
    await monitor.close({ deadlineMs: 0 });
  });
});
