import assert from "node:assert/strict";
import type { MonitorEvent } from "@datasync-monitor/core";
import type { StoreCase } from "./harness.ts";
import { accepted, commit, hour, idOf, range, syncsOf } from "./kit.ts";

const day = 24 * hour;
const isNear = (actual: number | undefined, wanted: number): boolean =>
  actual !== undefined && Math.abs(actual - wanted) <= 0.02 * wanted;

/** What status answers are made of. */
export const aggregateCases: readonly StoreCase[] = [
  {
    id: "aggregate/sums",
    title: "aggregates count, sum and rank by type in a window, by the events' own times",
    async run({ store, startedAt, advance }) {
      const start = Math.floor(startedAt / hour) * hour;
      const run = (n: number, at: number, overrides: Partial<MonitorEvent>) =>
        accepted(n, at, [], overrides);
      advance(start + 3 * hour - startedAt);
      await commit(store, start + 3 * hour, [
        run(1, start + 10, { metrics: { duration_seconds: 20, records_synced: 5 } }),
        run(2, start + hour + 20, { metrics: { duration_seconds: 10 } }),
        run(3, start + hour + 10, { details: { duration_seconds: 40, records_synced: 6 } }),
        run(4, start + hour, { event_type: "sync_failure", metrics: { duration_seconds: 30 } }),
        run(5, start + 2 * hour, { event_type: "other_type", metrics: { duration_seconds: 99 } }),
      ]);
      const answer = await store.aggregate({
        types: ["sync_success", "sync_failure", "never_seen", "constructor"],
        since: start + hour,
        until: start + 3 * hour,
        metrics: ["duration_seconds", "records_synced", "records_deleted"],
      });
      assert.deepEqual(Object.keys(answer.types).sort(), ["sync_failure", "sync_success"]);
      assert.equal(answer.types.sync_success?.count, 2);
      assert.equal(answer.types.sync_success?.last.id, idOf(2));
      assert.equal(answer.types.sync_failure?.count, 1);
      assert.deepEqual(Object.keys(answer.metrics).sort(), ["duration_seconds", "records_synced"]);
      const { count, sum, max, p50, p95 } = answer.metrics.duration_seconds ?? {};
      assert.deepEqual([count, sum, max], [3, 80, 40]);
      assert.ok(isNear(p50, 30) && isNear(p95, 40), `p50 is ${p50} of 30, p95 is ${p95} of 40`);
      assert.equal(answer.metrics.records_synced?.sum, 6);
    },
  },
  {
    id: "aggregate/until",
    title: "what happened in an hour after the window's end does not count in it",
    async run({ store, startedAt, advance }) {
      const start = Math.floor(startedAt / hour) * hour;
      advance(start + 3 * hour - startedAt);
      const metrics = { records_synced: 5 };
      const events = range(0, 3).map((n) => accepted(n, start + n * hour, [], { metrics }));
      await commit(store, start + 3 * hour, events);
      const window = { since: start, until: start + 2 * hour - 1 };
      const query = { ...window, types: ["sync_success"], metrics: ["records_synced"] };
      const { types, metrics: sums } = await store.aggregate(query);
      assert.deepEqual([types.sync_success?.count, sums.records_synced?.sum], [2, 10]);
    },
  },
  {
    id: "aggregate/percentiles",
    title: "percentiles over many groups and hours are within 2 %",
    async run({ store, startedAt: now }) {
      for (const group of range(0, 10)) {
        const events = range(group * 100, group * 100 + 100).map((n) => {
          const metrics = { duration_seconds: (n + 1) ** 1.5 };
          return accepted(n, now - group * hour, [], { metrics });
        });
        await commit(store, now, events);
      }
      const window = { since: Math.floor(now / hour) * hour - 12 * hour, until: now };
      const query = { ...window, types: ["sync_success"], metrics: ["duration_seconds"] };
      const { count, p50, p95, max } =
        (await store.aggregate(query)).metrics.duration_seconds ?? {};
      assert.deepEqual([count, max], [1_000, 1_000 ** 1.5]);
      assert.ok(isNear(p50, 500 ** 1.5), `p50 is ${p50} of ${500 ** 1.5}`);
      assert.ok(isNear(p95, 950 ** 1.5), `p95 is ${p95} of ${950 ** 1.5}`);
    },
  },
  {
    id: "aggregate/last",
    title:
      "of two events with one timestamp the last emitted is the last, and an earlier one never is",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, []), accepted(2, now, [])]);
      assert.equal((await syncsOf(store, now)).last?.id, idOf(2));
      await commit(store, now, [accepted(3, now, [])]);
      await commit(store, now, [accepted(4, now - 1, [])]);
      assert.equal((await syncsOf(store, now)).last?.id, idOf(3));
    },
  },
  {
    id: "aggregate/future",
    title: "an event that claims to come from the future, or of no time, counts when it is taken",
    async run({ store, startedAt: now, advance }) {
      await commit(store, now, [
        accepted(1, now + 1_000 * day, []),
        accepted(2, now, [], { timestamp: "no time" }),
      ]);
      advance(5);
      await commit(store, now + 5, [accepted(3, now + 5, [])]);
      const { count, last } = await syncsOf(store, now + 5);
      assert.deepEqual([count, last?.id], [3, idOf(3)]);
    },
  },
  {
    id: "aggregate/since",
    title: "aggregates are whole since the store began, and no longer than 31 days ago",
    async run({ store, startedAt, advance }) {
      const ask = (now: number) =>
        store.aggregate({ types: ["sync_success"], since: 0, until: now, metrics: [] });
      await commit(store, startedAt, [accepted(1, startedAt, [])]);
      assert.equal((await ask(startedAt)).complete_since, startedAt);
      advance(20 * day);
      const then = startedAt + 20 * day;
      await commit(store, then, [accepted(2, then, []), accepted(3, then - 40 * day, [])]);
      const early = await ask(then);
      assert.equal(early.complete_since, startedAt);
      const old = "What happened more than 31 days ago must not count.";
      assert.equal(early.types.sync_success?.count, 2, old);
      advance(20 * day);
      const now = startedAt + 40 * day;
      const { complete_since, types } = await ask(now);
      assert.equal(complete_since, Math.floor((now - 31 * day) / hour) * hour);
      assert.equal(types.sync_success?.count, 1, old);
    },
  },
  {
    id: "aggregate/extreme",
    title: "sums of the largest numbers stay finite",
    async run({ store, startedAt: now }) {
      const metrics = { records_synced: Number.MAX_VALUE };
      const events = range(1, 4).map((n) => accepted(n, now, [], { metrics }));
      await commit(store, now, events.slice(0, 2));
      await commit(store, now, events.slice(2));
      const { sum, max } = (await syncsOf(store, now)).metrics.records_synced ?? {};
      assert.deepEqual([sum, max], [Number.MAX_VALUE, Number.MAX_VALUE]);
    },
  },
];
