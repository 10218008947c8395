import {
  createMonitor,
  DeliveryError,
  type EventStore,
  type Monitor,
  type MonitorEvent,
} from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import { type MemoryNotifier, memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cycle } from "../src/run/cycle.ts";
import { seed } from "./support/run.ts";

let one: Cycle;
let monitors: Monitor[];

beforeEach(() => {
  one = new Cycle({ seed, source: "promises", number: 0 });
  monitors = [];
});

afterEach(async () => {
  for (const monitor of monitors) await monitor.close({ deadlineMs: 0 });
  await one.end({ keep: false });
});

const opened = (store: EventStore): Monitor => {
  const monitor = createMonitor({ store, onProblem: () => {} });
  monitors.push(monitor);
  return monitor;
};

const emit = (monitor: Monitor, count: number, message: string, text = ""): readonly string[] =>
  Array.from({ length: count }, (_, n) => {
    const result = monitor.emitEvent({
      event_type: "sync_success",
      message: `${message} ${n}`,
      details: { text },
    });
    if (!result.ok) throw new Error(result.problem);
    return result.event.id;
  });

/** What is left to a receiver that drops every request whose key it has seen, as the README of the webhook advises. */
const leftAfterDropping = ({ attempts }: MemoryNotifier): readonly string[] => {
  const seen = new Set<string>();
  const left: MonitorEvent[] = [];
  for (const { batch, context } of attempts) {
    if (seen.has(context.idempotencyKey)) continue;
    seen.add(context.idempotencyKey);
    left.push(...batch);
  }
  return left.map(({ id }) => id);
};

describe("a batch that failed before a restart", () => {
  // Together they are more than a process takes back from the store at once.
  const events = 60;
  const text = "x".repeat(30_000);

  it("keeps its key only with all its members: a receiver that drops keys it has seen loses nothing", async () => {
    const before = memoryNotifier({ maxBatchSize: events });
    before.fail(new DeliveryError("unavailable", "not now"));
    const first = opened(sqlStore({ file: one.file }));
    const options = { name: "a", queue: { maxBytes: 2 ** 26 }, retry: { baseMs: 60_000 } };
    first.registerNotifier(before, { ...options, batch: { maxSize: events, maxWaitMs: 60_000 } });
    const ids = emit(first, events, "of one batch", text);
    await expect.poll(() => before.attempts.length).toBe(1);
    await first.close({ deadlineMs: 0 });
    expect(before.attempts[0]?.batch).toHaveLength(events);

    const after = memoryNotifier({ maxBatchSize: events });
    const second = opened(sqlStore({ file: one.file }));
    second.registerNotifier(after, { ...options, retry: { capMs: 1, maxRetryAfterMs: 1 } });
    await expect.poll(() => after.events.length, { timeout: 30_000 }).toBe(events);
    expect([...leftAfterDropping(after)].sort()).toEqual([...ids].sort());
    expect(after.attempts.map(({ context }) => context.idempotencyKey)).toEqual(
      before.attempts.map(({ context }) => context.idempotencyKey),
    );
  });
});

describe("a committed event", () => {
  it("is not dropped by a full queue while the store fails", async () => {
    const inner = sqlStore({ file: one.file });
    let fails = false;
    const store = failing(inner, () => fails);
    const monitor = opened(store);
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", queue: { maxEvents: 5 } });
    const ids = emit(monitor, 5, "committed");
    expect(await monitor.persisted()).toMatchObject({ committed: 5, timed_out: false });
    fails = true;
    for (let rounds = 0; rounds < 5; rounds += 1) {
      emit(monitor, 2, "in memory alone");
      await monitor.persisted({ deadlineMs: 10 });
    }
    fails = false;
    await monitor.persisted();
    release();
    await monitor.flush();
    const delivered = new Set(notifier.events.map(({ id }) => id));
    expect(ids.filter((id) => !delivered.has(id))).toEqual([]);
  });
});

const failing = (inner: EventStore, fails: () => boolean): EventStore => ({
  contract: 1,
  durable: inner.durable,
  open: (instance) => inner.open(instance),
  commit: async (group) => {
    if (fails()) throw new Error("The disk is full.");
    return inner.commit(group);
  },
  claim: (query) => inner.claim(query),
  renew: (leases, leaseMs, now) => inner.renew(leases, leaseMs, now),
  move: (select, to) => inner.move(select, to),
  events: (query) => inner.events(query),
  deliveries: (query) => inner.deliveries(query),
  aggregate: (query) => inner.aggregate(query),
  backlog: () => inner.backlog(),
  prune: (limits) => inner.prune(limits),
  close: () => inner.close(),
});
