import { checkBooks, fakeClock, memoryNotifier, sampleEvent } from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { restored, tornFrom } from "../src/delivery/restore.ts";
import { ConfigError, DeliveryError } from "../src/errors.ts";
import { getMonitorInterface, setupMonitorInterface } from "../src/global.ts";
import { createMonitor } from "../src/monitor.ts";
import type { Problem } from "../src/signals.ts";
import type { Accepted, Claimed } from "../src/store/store.ts";
import { rig } from "./support/rig.ts";
import { type ScriptedStore, scriptedStore } from "./support/scripted-store.ts";

const hour = 3_600_000;
const sample = sampleEvent();

/** Whether a promise has settled when the clock has moved so far. */
const state = (promise: Promise<unknown>): { settled: boolean } => {
  const seen = { settled: false };
  const note = (): void => {
    seen.settled = true;
  };
  promise.then(note, note);
  return seen;
};

/** Leaves rows in the store as a process that is gone did. */
const commit = async (
  { store, answers }: ScriptedStore,
  accepted: Accepted[],
  now: number | string = sample.timestamp,
): Promise<void> => {
  const { commit: how } = answers;
  answers.commit = "at once";
  await store.commit({ now: new Date(now).getTime(), leaseMs: 0, accepted, outcomes: [] });
  answers.commit = how;
};

/** A monitor that the test closes itself, since what it leaves pending is the point. */
const bare = (store: ReturnType<typeof scriptedStore>["store"]) => {
  const clock = fakeClock();
  const problems: Problem[] = [];
  const onProblem = (problem: Problem) => void problems.push(problem);
  const monitor = createMonitor({ clock, store, onProblem, random: () => 0.5 });
  const emit = (message: string) => monitor.emitEvent({ event_type: "sync_success", message });
  return { clock, monitor, problems, emit };
};

describe("a store that never answers a commit", () => {
  it("holds events up for five seconds, and then they go on in memory, callbacks too", async () => {
    const { store, answers } = scriptedStore({ commit: "never" });
    const { clock, monitor, emit, receiver, problems } = rig({ store });
    const seen: string[] = [];
    monitor.registerCallback((event) => void seen.push(event.message), { name: "callback" });
    monitor.registerNotifier(memoryNotifier());
    emit(2);
    await clock.advance(4_999);
    expect(seen).toEqual([]);
    expect(monitor.stats().store.uncommitted).toBe(2);
    await clock.advance(1);
    expect(seen).toEqual(["event 1", "event 2"]);
    expect(receiver("memory").delivered).toBe(2);
    expect(monitor.stats().store.failing).toBe(true);
    expect((await monitor.getComprehensiveStatus()).status).toBe("unhealthy");
    expect(problems.map(({ code }) => code)).toEqual(["store-failed"]);
    emit(1);
    await clock.advance(0);
    expect(receiver("memory").delivered).toBe(3);
    answers.commit = "soon";
  });

  it("is asked again, with what came meanwhile after it, and its late answer changes nothing", async () => {
    const { store, answers, asked, answerLate } = scriptedStore({ commit: "never" });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    const [first] = emit(1);
    await clock.advance(5_000);
    const [second] = emit(1);
    answers.commit = "soon";
    await clock.advance(500);
    answerLate();
    await clock.advance(0);
    expect(asked.map(({ accepted }) => accepted.map(({ event }) => event.id))).toEqual([
      [first],
      [first, second],
    ]);
    expect(monitor.stats().store).toMatchObject({ failing: false, uncommitted: 0 });
    expect(await monitor.persisted()).toEqual({ committed: 2, memory_only: 0, timed_out: false });
  });
});

describe("a store that is opened", () => {
  it.each(["at once", "soon"] as const)("is opened once when it answers %s", async (open) => {
    const { store, calls } = scriptedStore({ open });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    await monitor.ready();
    emit(1);
    await clock.advance(0);
    await monitor.ready();
    expect(calls.open).toBe(1);
  });

  it.each(["throws", "rejects", "never"] as const)(
    "is opened again, before anything is written, when the first time it %s",
    async (open) => {
      const { store, calls, answers, groups } = scriptedStore({ open });
      const { clock, monitor, emit, receiver } = rig({ store });
      const ready = state(monitor.ready());
      monitor.registerNotifier(memoryNotifier());
      emit(1);
      await clock.advance(5_000);
      expect(receiver("memory").delivered).toBe(1);
      expect(monitor.stats().store.failing).toBe(true);
      expect(ready.settled).toBe(false);
      expect(groups).toHaveLength(0);
      answers.open = "soon";
      await clock.advance(30_000);
      expect(ready.settled).toBe(true);
      expect(calls.open).toBeGreaterThan(1);
      expect(monitor.stats().store).toMatchObject({ failing: false, uncommitted: 0 });
      expect(groups.length).toBeGreaterThan(0);
    },
  );

  it("lets nobody wait for one that no wait opens, and goes on delivering", async () => {
    const { store, answers } = scriptedStore();
    const wrong = new ConfigError("url", "sqlStore(): `url` needs the package `pg`.");
    const misfit = {
      ...store,
      open: () => {
        if (answers.open !== "soon") throw wrong;
      },
    };
    const { clock, monitor, emit, receiver } = rig({ store: misfit });
    monitor.registerNotifier(memoryNotifier());
    await expect(monitor.ready()).rejects.toBe(wrong);
    await expect(monitor.ready()).rejects.toBe(wrong);
    emit(1);
    await clock.advance(0);
    expect(receiver("memory").delivered).toBe(1);
    answers.open = "soon";
    await clock.advance(30_000);
    await monitor.ready();
  });

  it("is waited for as long as for one answer, the opening included, before it is asked anything", async () => {
    const { store } = scriptedStore({ durable: false, commit: "never" });
    let answer = (): void => {};
    const open = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    const mute = { ...store, open, deliveries: () => new Promise<never>(() => {}) };
    const { clock, monitor, emit } = rig({ store: mute });
    emit(1);
    const asking = state(monitor.getDeliveries());
    await clock.advance(4_000);
    answer();
    await clock.advance(6_000);
    expect(asking.settled).toBe(true);
  });

  it("lets nobody wait for it once the monitor is closed", async () => {
    const { clock, monitor } = bare(scriptedStore({ open: "rejects" }).store);
    const ready = expect(monitor.ready()).rejects.toThrow(/closed before its store/);
    const closing = monitor.close();
    await clock.advance(1_000);
    await closing;
    await ready;
  });
});

describe("groups", () => {
  it("gather while a write is under way: whole ones are written, not one a turn", async () => {
    const { store, asked, answers } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    for (let i = 0; i < 300; i += 1) {
      emit(1);
      await Promise.resolve();
      await Promise.resolve();
    }
    await clock.advance(0);
    expect(monitor.stats().store.uncommitted).toBe(600);
    asked.length = 0;
    answers.commit = "soon";
    await clock.advance(60_000);
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(Math.max(...asked.map(({ accepted }) => accepted.length))).toBeLessThanOrEqual(256);
    const known = new Set<string>();
    for (const { accepted, outcomes } of asked) {
      for (const { event } of accepted) known.add(event.id);
      for (const { event_id } of outcomes) expect(known.has(event_id)).toBe(true);
    }
    expect(known.size).toBe(300);
  });
});

describe("what came of a group", () => {
  it("is written with the next one, where that comes in the same pass of the event loop", async () => {
    const { store, asked } = scriptedStore({ commit: "soon" });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    for (let group = 0; group < 3; group += 1) {
      emit(2);
      await monitor.persisted();
    }
    await clock.advance(0);
    expect(asked.map((group) => [group.accepted.length, group.outcomes.length])).toEqual([
      [2, 0],
      [2, 2],
      [2, 2],
      [0, 2],
    ]);
  });
});

describe("persisted", () => {
  it("waits for what has not been matched yet and for the group that is being written", async () => {
    const { store, answers, answerLate } = scriptedStore({ commit: "never" });
    const { clock, monitor, emit } = rig({ store });
    emit(3);
    const report = monitor.persisted();
    const seen = state(report);
    await clock.advance(100);
    expect(seen.settled).toBe(false);
    answers.commit = "soon";
    answerLate();
    await clock.advance(0);
    expect(await report).toEqual({ committed: 3, memory_only: 0, timed_out: false });
  });

  it("says that it timed out, and what only this process remembers, when the store does not take it", async () => {
    const { store, answers } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit } = rig({ store });
    emit(3);
    const report = monitor.persisted({ deadlineMs: 200 });
    await clock.advance(200);
    expect(await report).toEqual({ committed: 0, memory_only: 3, timed_out: true });
    answers.commit = "soon";
  });

  it("waits through the tries that fail", async () => {
    const { store, answers } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit } = rig({ store });
    emit(3);
    const report = monitor.persisted();
    await clock.advance(100);
    answers.commit = "soon";
    await clock.advance(500);
    expect(await report).toMatchObject({ committed: 3, timed_out: false });
  });

  it("waits for what came of events before, and not for what will come of these", async () => {
    const { store, answers, asked, answerLate } = scriptedStore({ commit: "soon" });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    emit(3);
    await monitor.persisted();
    answers.commit = "never";
    const later = state(monitor.persisted());
    await clock.advance(0);
    expect(asked.map((group) => [group.accepted.length, group.outcomes.length])).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(later.settled).toBe(false);
    answers.commit = "soon";
    answerLate();
    await clock.advance(0);
    expect(later.settled).toBe(true);
  });
});

describe("closing", () => {
  it("writes at once what waited for its next try", async () => {
    const { store, answers, groups } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit } = bare(store);
    monitor.registerNotifier(memoryNotifier());
    emit("one");
    await clock.advance(10);
    answers.commit = "soon";
    const closing = monitor.close();
    await clock.advance(0);
    expect(await closing).toMatchObject({ delivered: 0, pending: 0, timed_out: false });
    expect(groups.flatMap(({ outcomes }) => outcomes.map(({ state: to }) => to))).toEqual([
      "delivered",
    ]);
  });

  it("counts what was delivered as pending when a durable store does not learn it: it will be sent again", async () => {
    const { store, answers } = scriptedStore();
    const { clock, monitor, emit } = bare(store);
    const seen: string[] = [];
    monitor.registerCallback((event) => void seen.push(event.message), { name: "callback" });
    monitor.registerNotifier({
      ...memoryNotifier(),
      id: "slow",
      send: async () => {
        answers.commit = "never";
      },
    });
    emit("one");
    await clock.advance(0);
    const closing = monitor.close({ deadlineMs: 1_000 });
    await clock.advance(2_000);
    expect(await closing).toMatchObject({ pending: 1, timed_out: true });
    expect(monitor.stats().store.uncommitted).toBeGreaterThan(0);
    checkBooks(monitor.stats());
  });

  it("drops what no durable store got, and leaves to it what it has", async () => {
    const { store, answers } = scriptedStore();
    const { clock, monitor, emit } = bare(store);
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "Away."), 100);
    monitor.registerNotifier(notifier);
    emit("remembered");
    await clock.advance(0);
    answers.commit = "rejects";
    emit("lost");
    await clock.advance(0);
    const closing = monitor.close({ deadlineMs: 100 });
    await clock.advance(2_000);
    expect(await closing).toMatchObject({ pending: 1, dropped: 1, timed_out: true });
    expect(monitor.stats().receivers[0]).toMatchObject({ pending: 1, dropped: { closed: 1 } });
    checkBooks(monitor.stats());
  });

  it("is the end of all tries", async () => {
    const { store, asked, calls } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit, problems } = bare(store);
    monitor.registerNotifier(memoryNotifier());
    emit("one");
    await clock.advance(0);
    const closing = monitor.close();
    await clock.advance(20_000);
    await closing;
    const told = problems.length;
    const attempts = asked.length;
    await clock.advance(hour);
    expect(problems).toHaveLength(told);
    expect(asked).toHaveLength(attempts);
    expect(calls.close).toBe(1);
    expect(clock.timers()).toBe(0);
  });
});

const asGiven = {
  nextId: () => "new",
  ours: new Set<string>(),
  capMs: 120_000,
  longestWaitMs: hour,
};

describe("a receiver that takes over", () => {
  it("waits until the store is open, and is tried again, told once, until it gets what is open for it", async () => {
    const scripted = scriptedStore({ open: "rejects", claim: "rejects" });
    const row = { event: { ...sample, id: "e1" }, receivers: ["memory"] };
    await commit(scripted, [row]);
    const { clock, monitor, problems } = rig({ store: scripted.store });
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    await clock.advance(0);
    expect(scripted.calls.claim).toBe(0);
    scripted.answers.open = "soon";
    await clock.advance(10_000);
    expect(scripted.calls.claim).toBeGreaterThan(2);
    expect(problems.filter(({ receiver }) => receiver === "memory")).toHaveLength(1);
    scripted.answers.claim = "soon";
    await clock.advance(30_000);
    expect(notifier.events.map(({ id }) => id)).toEqual(["e1"]);
  });

  it("asks no more once the monitor is closed", async () => {
    const { store, calls } = scriptedStore({ claim: "rejects" });
    const { clock, monitor } = bare(store);
    monitor.registerNotifier(memoryNotifier());
    await clock.advance(0);
    const closing = monitor.close();
    await clock.advance(1_000);
    await closing;
    const before = calls.claim;
    await clock.advance(hour);
    expect(calls.claim).toBe(before);
  });

  it("skips what it has in hand already, and settles it under the new lease", async () => {
    const { store } = scriptedStore();
    const { clock, monitor, emit, receiver } = rig({ store });
    const seen: string[] = [];
    let failure: DeliveryError | undefined = new DeliveryError("unavailable", "Away.");
    monitor.registerNotifier(
      {
        contract: 1,
        id: "chat",
        send: async ([{ message }]) => {
          if (failure !== undefined) throw failure;
          seen.push(message);
        },
      },
      { retry: { baseMs: 2 * hour, capMs: 2 * hour } },
    );
    emit(1);
    await clock.advance(0);
    failure = new DeliveryError("payload", "Refused.");
    emit(1);
    await clock.advance(61_000);
    expect(receiver("chat")).toMatchObject({ pending: 1, dead: { payload: 1 } });
    failure = undefined;
    expect(await monitor.replay({})).toBe(1);
    await clock.advance(0);
    expect(receiver("chat")).toMatchObject({ taken: 2, pending: 1 });
    await clock.advance(2 * hour);
    expect(seen).toEqual(["event 2", "event 1"]);
    expect((await monitor.getDeliveries()).rows.map(({ state: now }) => now)).toEqual([
      "delivered",
      "delivered",
    ]);
  });
});

describe("the global monitor that is given a store", () => {
  afterEach(async () => {
    await getMonitorInterface().close();
  });

  it("has the receivers it has take over what the store holds open for them", async () => {
    const scripted = scriptedStore({ open: "soon", commit: "soon", claim: "soon" });
    const row = { event: { ...sample, id: "e1" }, receivers: ["memory"] };
    await commit(scripted, [row], Date.now());
    const notifier = memoryNotifier();
    getMonitorInterface().registerNotifier(notifier);
    const monitor = setupMonitorInterface({ store: scripted.store });
    await monitor.ready();
    await expect.poll(() => notifier.events.map(({ id }) => id)).toEqual(["e1"]);
  });

  it("writes its history in groups, forgets none of it while the store fails, and no callback's rows", async () => {
    const early = getMonitorInterface();
    early.registerCallback(() => {}, { name: "callback", types: ["cleanup_start"] });
    early.registerNotifier(memoryNotifier({ maxBatchSize: 500 }));
    const total = 6_000;
    early.emitEvent({ event_type: "cleanup_start", message: "for both" });
    for (let i = 1; i < total; i += 1) {
      early.emitEvent({ event_type: "sync_start", message: String(i) });
      if (i % 500 === 0) await early.flush();
    }
    await early.flush();
    const { store, answers, groups } = scriptedStore({ commit: "rejects" });
    const monitor = setupMonitorInterface({ store, onProblem: () => {} });
    monitor.emitEvent({ event_type: "sync_success", message: "after" });
    await monitor.flush();
    expect(monitor.stats().store.uncommitted).toBeGreaterThanOrEqual(2 * total);
    answers.commit = "soon";
    expect(await monitor.persisted()).toEqual({
      committed: total + 1,
      memory_only: 0,
      timed_out: false,
    });
    const sizes = groups.map(({ accepted, outcomes }) => [accepted.length, outcomes.length]);
    expect(Math.max(...sizes.map(([accepted = 0]) => accepted))).toBeLessThanOrEqual(256);
    expect(Math.max(...sizes.map(([, outcomes = 0]) => outcomes))).toBeLessThanOrEqual(1_024);
    const names = groups.flatMap(({ accepted }) => accepted.flatMap(({ receivers }) => receivers));
    expect(new Set(names)).toEqual(new Set(["memory"]));
  });
});

describe("what comes back from a store", () => {
  const claimed = (overrides: Partial<Claimed>): Claimed => ({
    event_id: "e1",
    receiver: "memory",
    fence: 2,
    event: { ...sample, id: overrides.event_id ?? "e1" },
    attempts: 0,
    batch_id: null,
    resume: null,
    last_error: null,
    taken_at: 0,
    next_at: null,
    ...overrides,
  });

  it("is as old as when it was taken, and never younger than nothing", () => {
    const clock = fakeClock();
    const rows = [
      claimed({ taken_at: clock.now() - hour }),
      claimed({ event_id: "e2", taken_at: clock.now() + hour }),
    ];
    const { fresh } = restored(rows, { ...asGiven, clock, maxBatchSize: 10 });
    expect(fresh.map(({ since }) => since - clock.monotonic())).toEqual([-hour, 0]);
  });

  it("waits as long as a destination may ask only where it asked, and else as long as a backoff lasts", () => {
    const clock = fakeClock();
    const refused = (n: number, code: string) =>
      claimed({
        ...{ event_id: `e${n}`, batch_id: `e${n}`, attempts: 1, next_at: clock.now() + hour },
        last_error: { code, message: "no" },
      });
    const { batches } = restored([refused(1, "rate-limited"), refused(2, "unavailable")], {
      ...{ ...asGiven, clock, maxBatchSize: 10 },
    });
    const waits = batches.map(({ notBefore }) => notBefore - clock.monotonic());
    expect(waits).toEqual([hour, asGiven.capMs]);
    expect(batches.map(({ lastError }) => lastError?.code)).toEqual([
      "rate-limited",
      "unavailable",
    ]);
  });

  it("waits for its time, but not longer than a wait can be", () => {
    const clock = fakeClock();
    const tried = (n: number, next_at: number | null) =>
      claimed({ event_id: `e${n}`, batch_id: `b${n}`, attempts: 3, next_at });
    const { batches } = restored(
      [tried(1, clock.now() + 90_000), tried(2, clock.now() - 5), tried(3, null), tried(4, 1e15)],
      { ...asGiven, clock, maxBatchSize: 10 },
    );
    expect(batches.map(({ notBefore }) => notBefore - clock.monotonic())).toEqual([
      90_000,
      0,
      0,
      asGiven.capMs,
    ]);
  });

  it("keeps a batch's key with all its members, and gives those without the others a new one", () => {
    const row = (n: number, of: string) =>
      claimed({ event_id: `e${n}`, batch_id: of, attempts: 1, resume: { part: n } });
    const whole = [row(1, "a-2"), row(2, "a-2")];
    const part = [row(3, "b-3"), row(4, "b-3")];
    const options = { ...asGiven, clock: fakeClock(), maxBatchSize: 10 };
    expect(tornFrom([...whole, ...part])).toEqual(part);
    const { batches } = restored([...whole, ...part], options);
    expect(batches.map(({ id, attempts, resume }) => [id, attempts, resume])).toEqual([
      ["a-2", 1, { part: 1 }],
      ["new-2", 1, { part: 3 }],
    ]);
  });

  it("expires at once when it was taken longer ago than it may be tried", async () => {
    const scripted = scriptedStore();
    const { clock, monitor, receiver } = rig({ store: scripted.store });
    const now = clock.now() - 25 * hour;
    await commit(scripted, [{ event: { ...sample, id: "e1" }, receivers: ["memory"] }], now);
    monitor.registerNotifier(memoryNotifier());
    await clock.advance(0);
    expect(receiver("memory")).toMatchObject({ taken: 1, delivered: 0, dead: { expired: 1 } });
  });
});
