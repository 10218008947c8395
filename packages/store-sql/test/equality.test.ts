import {
  type AggregateQuery,
  createMonitor,
  type EventStore,
  type MonitorEvent,
  memoryStore,
} from "@datasync-monitor/core";
import { type FakeClock, fakeClock, type StoreHarness } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventAt } from "./support/events.ts";
import { runs } from "./support/runs.ts";
import { mariadb, postgres, serviceHarness, withService } from "./support/services.ts";
import { sqliteHarness } from "./support/sqlite.ts";
import { act, aStep, shownBy } from "./support/steps.ts";

const hour = 3_600_000;
const day = 24 * hour;

interface Both {
  readonly sql: EventStore;
  readonly memory: EventStore;
  /** Closes the SQL store and answers another on what it left. */
  restart(): Promise<EventStore>;
}

/** Runs `work` with a SQL store and a memory store that have one clock. */
const withBoth = async (
  harness: StoreHarness,
  clock: FakeClock,
  work: (both: Both) => Promise<void>,
): Promise<void> => {
  const rig = await harness.rig(clock);
  let sql = rig.store;
  const restart = async () => {
    await sql.close();
    sql = (await rig.another?.()) ?? sql;
    return sql;
  };
  try {
    await sql.open("test");
    await work({ sql, restart, memory: memoryStore({ clock }) });
  } finally {
    await sql.close();
    await rig.close();
  }
};

const aMeasure = fc.constantFrom(
  ...(["records_synced", "records_deleted", "records_migrated", "duration_seconds"] as const),
);
const values = fc.dictionary(
  aMeasure,
  fc.oneof(fc.integer({ min: -50, max: 5_000 }), fc.double({ min: 0, max: 1e6, noNaN: true })),
);
const anEvent = fc.record({
  ago: fc.integer({ min: -hour, max: 40 * day }),
  event_type: fc.constantFrom(
    ...["sync_start", "sync_success", "sync_failure", "cleanup_success", "migration_failure"],
    ...["health_check", "storage_warning", "invoice.paid"],
  ),
  level: fc.constantFrom(...(["info", "warning", "error", "critical"] as const)),
  metrics: values,
  details: values,
});
const groups = fc.array(fc.array(anEvent, { maxLength: 12 }), { minLength: 1, maxLength: 6 });

const nearly = (actual: unknown, wanted: unknown, path = "answer"): void => {
  if (typeof wanted === "number" && typeof actual === "number" && !Number.isInteger(wanted)) {
    // Sums may be added up in another order; percentiles may be 2 % away.
    const room = /p50|p95/.test(path) ? 0.02 : 1e-9;
    expect(Math.abs(actual - wanted), path).toBeLessThanOrEqual(room * Math.abs(wanted) + 1e-9);
    return;
  }
  if (typeof wanted !== "object" || wanted === null || typeof actual !== "object") {
    expect(actual, path).toEqual(wanted);
    return;
  }
  expect(Object.keys(actual ?? {}).sort(), path).toEqual(Object.keys(wanted).sort());
  for (const [key, value] of Object.entries(wanted)) {
    nearly(Reflect.get(actual ?? {}, key), value, `${path}.${key}`);
  }
};

/** What a monitor says of a store. */
const statusOf = async (store: EventStore, clock: FakeClock) => {
  // The monitor must not close what is tested.
  const monitor = createMonitor({ store: { ...bound(store), close: () => {} }, clock });
  await monitor.ready();
  const answers = {
    sync: await monitor.getSyncMetrics({ hours: 36 }),
    cleanup: await monitor.getCleanupMetrics(),
    migration: await monitor.getMigrationMetrics({ days: 60 }),
    status: await monitor.getComprehensiveStatus(),
  };
  await monitor.close();
  return answers;
};

const bound = (store: EventStore): EventStore => ({
  contract: 1,
  durable: true,
  open: () => {},
  commit: (group) => store.commit(group),
  claim: (query) => store.claim(query),
  renew: (leases, leaseMs, now) => store.renew(leases, leaseMs, now),
  move: (select, to) => store.move(select, to),
  events: (query) => store.events(query),
  deliveries: (query) => store.deliveries(query),
  aggregate: (query) => store.aggregate(query),
  backlog: () => store.backlog(),
  prune: (limits) => store.prune(limits),
  close: () => store.close(),
});

const isEqual = (harness: StoreHarness, factor: number): void => {
  it("answers every step as the memory store does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 30 }), async (steps) => {
        const clock = fakeClock();
        await withBoth(harness, clock, async ({ memory, restart, ...both }) => {
          let { sql } = both;
          for (const step of steps) {
            if (step.do === "wait") clock.step(step.ms);
            if (step.do === "restart") sql = await restart();
            const wanted = await act(memory, step, clock.now());
            expect(await act(sql, step, clock.now())).toEqual(wanted);
          }
          expect(await shownBy(sql)).toEqual(await shownBy(memory));
        });
      }),
      runs(20 * factor),
    );
  });

  it("never prunes what is pending, whatever happened before", async () => {
    const limits = fc.record({ ago: fc.nat(3_000), maxEvents: fc.nat(8), chunk: fc.nat(6) });
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 25 }), limits, async (steps, limit) => {
        const clock = fakeClock();
        await withBoth(harness, clock, async ({ sql }) => {
          for (const step of steps) {
            if (step.do === "wait") clock.step(step.ms);
            await act(sql, step, clock.now());
          }
          const before = await shownBy(sql);
          const { ago, ...rest } = limit;
          const pruned = await sql.prune({ ...rest, before: clock.now() - ago });
          const after = await shownBy(sql);
          expect(after.events).toHaveLength(before.events.length - pruned);
          expect(pruned).toBeLessThanOrEqual(limit.chunk);
          expect(after.backlog).toEqual(before.backlog);
          const open = (row: { readonly state: string }) => row.state === "pending";
          expect(after.deliveries.filter(open)).toEqual(before.deliveries.filter(open));
        });
      }),
      runs(20 * factor),
    );
  });

  it("sums up and reports as the memory store does, whatever happened when", async () => {
    await fc.assert(
      fc.asyncProperty(groups, fc.integer({ min: 0, max: 50 * 24 }), async (said, hours) => {
        const clock = fakeClock();
        await withBoth(harness, clock, async ({ sql, memory }) => {
          clock.step(35 * day);
          let n = 0;
          for (const group of said) {
            clock.step(hour / 4);
            const now = clock.now();
            const accepted = group.map(({ ago, ...event }) => {
              n += 1;
              const shaped: Partial<MonitorEvent> = event;
              return { event: eventAt(n, now - ago, shaped), receivers: [] };
            });
            const commit = { now, leaseMs: 0, accepted, outcomes: [] };
            await sql.commit(commit);
            await memory.commit(commit);
          }
          const now = clock.now();
          const query: AggregateQuery = {
            types: ["sync_success", "sync_failure", "invoice.paid", "never_seen"],
            since: Math.floor((now - hours * hour) / hour) * hour,
            until: now,
            metrics: ["records_synced", "duration_seconds"],
          };
          nearly(await sql.aggregate(query), await memory.aggregate(query));
          nearly(await statusOf(sql, clock), await statusOf(memory, clock));
        });
      }),
      runs(20 * factor),
    );
  });

  /** Has both take one event. */
  const tellBoth = async (
    { sql, memory }: Both,
    { now, n, at }: { readonly now: number; readonly n: number; readonly at: number },
  ) => {
    const accepted = [{ event: eventAt(n, at), receivers: [] }];
    const group = { now, leaseMs: 0, accepted, outcomes: [] };
    await sql.commit(group);
    await memory.commit(group);
  };

  it.each([
    ["forgets one that was taken far ahead", { ahead: 400 * day, latest: 2 }],
    ["keeps one that was taken no more than an hour ahead", { ahead: hour, latest: 1 }],
  ])("of the latest events it %s of a clock that is set right", async (_, { ahead, latest }) => {
    const clock = fakeClock();
    await withBoth(harness, clock, async (both) => {
      const tell = (n: number, at: number) => tellBoth(both, { now: clock.now(), n, at });
      clock.step(ahead);
      await tell(1, clock.now());
      clock.step(-ahead);
      await tell(2, clock.now());
      await tell(3, clock.now() - hour);
      const at = latest === 1 ? clock.now() + ahead : clock.now();
      const query = { types: ["sync_success"], since: 0, until: clock.now() + hour, metrics: [] };
      for (const store of [both.sql, both.memory])
        expect((await store.aggregate(query)).types.sync_success?.last).toEqual(
          eventAt(latest, at),
        );
    });
  });

  it("counts what happened in the oldest hour that is answered for, and nothing before", async () => {
    const clock = fakeClock();
    await withBoth(harness, clock, async (both) => {
      clock.step(60 * day);
      const oldest = Math.floor(clock.now() / hour) * hour - 31 * day;
      await tellBoth(both, { now: clock.now(), n: 1, at: oldest - 1 });
      await tellBoth(both, { now: clock.now(), n: 2, at: oldest });
      const query = { types: ["sync_success"], since: 0, until: clock.now(), metrics: [] };
      for (const store of [both.sql, both.memory])
        expect((await store.aggregate(query)).types).toEqual({
          sync_success: { count: 1, last: eventAt(2, oldest) },
        });
    });
  });
};

describe("sqlStore on SQLite", () => isEqual(sqliteHarness, 2));
await withService(postgres, () => isEqual(serviceHarness(postgres), 0.5));
await withService(mariadb, () => isEqual(serviceHarness(mariadb), 0.5));
