import { fakeClock, memoryNotifier, sampleEvent } from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { restored, tornFrom } from "../src/delivery/restore.ts";
import { DeliveryError } from "../src/errors.ts";
import { getMonitorInterface, setupMonitorInterface } from "../src/global.ts";
import type { Accepted, Claimed } from "../src/store/store.ts";
import { bare, hour } from "./support/async-store-kit.ts";
import { rig } from "./support/rig.ts";
import { type ScriptedStore, scriptedStore } from "./support/scripted-store.ts";

const sample = sampleEvent();

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

  it("keeps the order of a batch, though the store has its members in that of their arrival", () => {
    const row = (n: number) => claimed({ event_id: `e${n}`, batch_id: "a-3", attempts: 1 });
    const options = { ...asGiven, clock: fakeClock(), maxBatchSize: 10 };
    const { batches } = restored([row(2), row(1), row(3)], options);
    expect(batches.map(({ id, members }) => [id, members.map(({ event }) => event.id)])).toEqual([
      ["a-3", ["e1", "e2", "e3"]],
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
