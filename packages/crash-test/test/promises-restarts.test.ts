import {
  type Clock,
  createMonitor,
  DeliveryError,
  defineNotifier,
  type EventStore,
  getMonitorInterface,
  type Monitor,
  type MonitorEvent,
  setupMonitorInterface,
  systemClock,
} from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import { checkBooks, fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Cycle } from "../src/run/cycle.ts";
import { seed } from "./support/run.ts";

const hour = 3_600_000;

let one: Cycle;
let monitors: Monitor[];
/** How far the wall clock was moved. */
let stepMs: number;

beforeEach(() => {
  one = new Cycle({ seed, source: "promises", number: 0 });
  monitors = [];
  stepMs = 0;
});

afterEach(async () => {
  for (const monitor of monitors) {
    await monitor.close({ deadlineMs: 0 });
    checkBooks(monitor.stats());
  }
  await one.end({ keep: false });
});

const stepped: Clock = { ...systemClock, now: () => systemClock.now() + stepMs };

const opened = (store: EventStore = sqlStore({ file: one.file })): Monitor => {
  const monitor = createMonitor({ store, clock: stepped, onProblem: () => {} });
  monitors.push(monitor);
  return monitor;
};

const emit = (monitor: Monitor, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => {
    const result = monitor.emitEvent({ event_type: "sync_success", message: `event ${n}` });
    if (!result.ok) throw new Error(result.problem);
    return result.event.id;
  });

const away = () => new DeliveryError("unavailable", "not now");
const soon = { retry: { baseMs: 1, capMs: 1, maxRetryAfterMs: 1 } };
const patient = { timeoutMs: 600_000 };

/** Takes events of which none gets anywhere, and closes. */
const leaveBehind = async (count: number, maxBatchSize = 1): Promise<readonly string[]> => {
  const monitor = opened();
  const notifier = memoryNotifier({ maxBatchSize });
  notifier.fail(away(), Number.POSITIVE_INFINITY);
  const batch = { maxWaitMs: maxBatchSize > 1 ? 100 : 0 };
  monitor.registerNotifier(notifier, { name: "a", batch });
  const ids = emit(monitor, count);
  await expect.poll(() => notifier.attempts.length).toBeGreaterThan(0);
  await monitor.close({ deadlineMs: 0 });
  return ids;
};

describe("a batch that failed before a restart", () => {
  it("is delivered whole by a notifier that takes one event at a time now", async () => {
    const ids = await leaveBehind(10, 10);
    const shown: MonitorEvent[] = [];
    // As the README has it: `maxBatchSize` is 1 where a notifier names none.
    const single = defineNotifier({
      id: "single",
      send: async ([event]) => {
        shown.push(event);
      },
    });
    const monitor = opened();
    monitor.registerNotifier(single, { name: "a", ...soon });
    await expect.poll(() => monitor.stats().receivers[0]?.delivered, { timeout: 30_000 }).toBe(10);
    expect(shown.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });
});

describe("a wall clock that is set back by an hour", () => {
  it("does not keep from the next process what a closed one left", async () => {
    const ids = await leaveBehind(3);
    stepMs = -hour;
    const notifier = memoryNotifier();
    opened().registerNotifier(notifier, { name: "a", ...soon });
    await expect.poll(() => notifier.events.length, { timeout: 30_000 }).toBe(ids.length);
  });

  it("does not keep from a process what did not fit into its queue", async () => {
    const monitor = opened();
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", queue: { maxEvents: 4 }, ...patient });
    emit(monitor, 40);
    await monitor.persisted();
    await expect.poll(() => notifier.attempts.length).toBe(1);
    await monitor.getDeliveries();
    stepMs = -hour;
    release();
    expect(await monitor.flush()).toMatchObject({ delivered: 40, pending: 0, timed_out: false });
    expect(monitor.stats().receivers[0]?.moved).toBe(0);
  });

  it("keeps what a killed process held no longer than a lease", async () => {
    const clock = fakeClock();
    const killed = sqlStore({ file: one.file, clock });
    await killed.open("killed");
    const event = sampleEvent(clock.now());
    const accepted = [{ event, receivers: ["a"] }];
    await killed.commit({ now: clock.now(), leaseMs: 15_000, accepted, outcomes: [] });
    await killed.close();
    clock.step(-hour);
    const store = sqlStore({ file: one.file, clock });
    const monitor = createMonitor({ store, clock, onProblem: () => {} });
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier, { name: "a" });
    const delivered = async (): Promise<number> => {
      await clock.advance(500);
      return notifier.events.length;
    };
    try {
      await expect.poll(delivered, { timeout: 30_000, interval: 20 }).toBe(1);
    } finally {
      const closed = monitor.close({ deadlineMs: 0 });
      await clock.advance(2_000);
      await closed;
    }
  });
});

const sampleEvent = (now: number): MonitorEvent => ({
  id: "01983f5a-0000-7000-8000-000000000001",
  timestamp: new Date(now).toISOString(),
  event_type: "sync_success",
  level: "info",
  service: "datasync",
  message: "held by a process that was killed",
  details: {},
  metrics: {},
});

describe("a receiver that is registered again under its name", () => {
  it("goes on at once with what the one before left", async () => {
    const monitor = opened();
    const notifier = memoryNotifier();
    notifier.fail(away(), Number.POSITIVE_INFINITY);
    const before = monitor.registerNotifier(notifier, { name: "a", ...patient });
    emit(monitor, 2);
    await expect.poll(() => notifier.attempts.length).toBeGreaterThan(0);
    await before.unregister({ drain: false });
    const after = memoryNotifier();
    monitor.registerNotifier(after, { name: "a", ...soon });
    await expect.poll(() => after.events.length, { timeout: 4_000 }).toBe(2);
  });
});

describe("a replayed event in hand while a durable store is set up", () => {
  it("is settled there when it is delivered", async () => {
    const monitor = getMonitorInterface();
    monitors.push(monitor);
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("payload", "refused once"));
    monitor.registerNotifier(notifier, { name: "a", ...patient });
    emit(monitor, 1);
    await monitor.flush();
    const release = notifier.hold();
    expect(await monitor.replay({})).toBe(1);
    const store = sqlStore({ file: one.file });
    const problems: string[] = [];
    setupMonitorInterface({ store, onProblem: ({ code }) => problems.push(code) });
    await monitor.persisted();
    release();
    expect(await monitor.flush()).toMatchObject({ delivered: 1 });
    await monitor.persisted();
    expect(problems).toEqual([]);
    expect(await store.backlog()).toEqual([]);
  });
});

/** A monitor of this very process may hold the file locked, and cannot let go of it while this thread waits. */
const damage = async (file: string, eventId: string): Promise<void> => {
  const database = new Database(file);
  const row = database.prepare("update datasync_events set payload = 'x' where id = ?");
  await vi.waitFor(() => row.run(eventId), { timeout: 30_000, interval: 1 });
  database.close();
};

describe("a row that is damaged", () => {
  it("does not end a flush before those behind it are delivered", async () => {
    const monitor = opened();
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", queue: { maxEvents: 1 }, ...patient });
    const [, damaged] = emit(monitor, 10);
    await monitor.persisted();
    await damage(one.file, damaged ?? "");
    release();
    await monitor.flush();
    expect(notifier.events).toHaveLength(9);
    expect(monitor.stats().receivers[0]?.moved).toBeLessThanOrEqual(1);
  });
});
