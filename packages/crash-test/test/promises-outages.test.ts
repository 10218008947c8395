import {
  createMonitor,
  DeliveryError,
  defineNotifier,
  type EventLevel,
  type Monitor,
  type ReceiverStats,
} from "@datasync-monitor/core";
import { checkBooks, type FakeClock, fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FaultyStore, faultyStore } from "./support/faulty-store.ts";

let clock: FakeClock;
let store: FaultyStore;
let monitor: Monitor;

beforeEach(() => {
  clock = fakeClock();
  store = faultyStore(clock);
  monitor = opened();
});

afterEach(async () => {
  checkBooks(monitor.stats());
  store.broken.clear();
  await closed();
});

const opened = (): Monitor =>
  createMonitor({ store, clock, random: () => 0.5, onProblem: () => {} });

const closed = async (): Promise<void> => {
  const closing = monitor.close({ deadlineMs: 0 });
  await clock.advance(2_000);
  await closing;
};

const emit = (message: string, level: EventLevel = "info"): string => {
  const result = monitor.emitEvent({ event_type: "sync_success", message, level });
  if (!result.ok) throw new Error(result.problem);
  return result.event.id;
};

const emitMany = (count: number, message: string, level?: EventLevel): readonly string[] =>
  Array.from({ length: count }, (_, n) => emit(`${message} ${n}`, level));

const books = (): ReceiverStats | undefined => monitor.stats().receivers[0];
const patient = { timeoutMs: 3_600_000 };

describe("while the store fails", () => {
  it("one that cannot be opened for minutes does not hold up deliveries", async () => {
    await closed();
    store.broken.add("open");
    monitor = opened();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier, { name: "a" });
    await clock.advance(60_000);
    emit("long after the start");
    await clock.advance(60_000);
    expect(notifier.events).toHaveLength(1);
  });

  it("what was delivered, and could not be written, is not delivered again by the same process", async () => {
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", ...patient });
    emitMany(5, "committed");
    expect(await written()).toMatchObject({ committed: 5, timed_out: false });
    store.broken.add("commit");
    release();
    await clock.advance(60_000);
    store.broken.clear();
    await clock.advance(60_000);
    expect(notifier.events.map(({ message }) => message)).toEqual(
      Array.from({ length: 5 }, (_, n) => `committed ${n}`),
    );
    expect(await store.backlog()).toEqual([]);
  });

  it("what was delivered just before is not delivered again when the store answers claims before it is written to", async () => {
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", ...patient });
    emitMany(5, "committed");
    await clock.advance(100);
    for (const call of ["commit", "claim", "renew"] as const) store.broken.add(call);
    release();
    await clock.advance(34_000);
    store.broken.clear();
    await clock.advance(90_000);
    expect(notifier.events).toHaveLength(5);
  });

  it("an event that the store will never get is not left to it when a critical one takes its place", async () => {
    const notifier = memoryNotifier();
    const release = notifier.hold();
    const queue = { maxEvents: 3, overflow: "drop-newest" } as const;
    monitor.registerNotifier(notifier, { name: "a", queue, ...patient });
    await clock.advance(10);
    store.broken.add("commit");
    emitMany(3, "in memory alone");
    await clock.advance(10);
    for (let round = 0; round < 12; round += 1) {
      emitMany(500, "more than is kept for a store that fails");
      await clock.advance(10);
    }
    store.broken.clear();
    await clock.advance(60_000);
    const dropped = books()?.dropped.overflow ?? 0;
    emitMany(2, "critical", "critical");
    release();
    await clock.advance(60_000);
    expect(books()?.moved).toBe(0);
    expect(notifier.events.length + (books()?.dropped.overflow ?? 0) - dropped).toBe(5);
  });
});

const written = async () => {
  const report = monitor.persisted();
  await clock.advance(100);
  return report;
};

describe("a full queue", () => {
  it("delivers once what it put back after its lease had run out and was taken anew", async () => {
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", queue: { maxEvents: 6 }, ...patient });
    emitMany(2, "early");
    await clock.advance(100);
    store.broken.add("renew");
    await clock.advance(25_000);
    store.broken.clear();
    emitMany(6, "critical", "critical");
    await clock.advance(100);
    release();
    await clock.advance(90_000);
    const ids = notifier.events.map(({ id }) => id);
    expect(ids).toHaveLength(8);
    expect(new Set(ids).size).toBe(8);
  });

  it("does not have flush wait for what was emitted after it was called", async () => {
    const sent = new Set<string>();
    const slow = defineNotifier({
      id: "slow",
      send: async ([{ id }]) => {
        await new Promise<void>((resolve) => {
          clock.setTimer(10, resolve);
        });
        sent.add(id);
      },
    });
    monitor.registerNotifier(slow, { name: "a", queue: { maxEvents: 20 } });
    await clock.advance(10);
    const early = emitMany(50, "before");
    let isFlushed = false;
    const flushed = monitor.flush({ deadlineMs: 10_000 }).finally(() => {
      isFlushed = true;
    });
    // More than it can take, all the time: the queue never empties.
    while (!isFlushed) {
      emitMany(2, "after");
      await clock.advance(10);
    }
    expect(early.filter((id) => !sent.has(id))).toEqual([]);
    expect(await flushed).toMatchObject({ pending: 0, timed_out: false });
  });
});

describe("a destination that answers some events with 503, always", () => {
  it.each([
    [3, 30],
    [40, 360],
  ])(
    "gets the others all the same: %i refused hold nobody up for %i minutes",
    async (refused, most) => {
      const accepted: string[] = [];
      const fussy = defineNotifier({
        id: "fussy",
        send: async ([{ message }]) => {
          if (message.startsWith("refused")) throw new DeliveryError("unavailable", "HTTP 503");
          accepted.push(message);
        },
      });
      monitor.registerNotifier(fussy, { name: "a" });
      emitMany(refused, "refused");
      await clock.advance(60_000);
      emitMany(10, "accepted");
      for (let minutes = 0; minutes < most; minutes += 1) await clock.advance(60_000);
      expect(accepted).toHaveLength(10);
    },
  );
});
