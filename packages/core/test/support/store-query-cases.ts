import assert from "node:assert/strict";
import { ConfigError } from "../../src/errors.ts";
import type { MonitorEvent } from "../../src/event.ts";
import type { EventQuery, Outcome } from "../../src/store/store.ts";
import {
  claim,
  commit,
  delivered,
  deliveriesOf,
  ended,
  eventAt,
  hour,
  idOf,
  iso,
  leaseMs,
  minute,
  type StoreCase,
  statesOf,
  waiting,
} from "./store-kit.ts";

/** What is answered, summed up, and forgotten. */
export const queryCases: readonly StoreCase[] = [
  {
    id: "events/filters",
    title: "events are found by type, level and time, bounds included, newest first",
    async run(rig) {
      const { startedAt: now } = rig;
      const events = [
        eventAt(1, now),
        eventAt(2, now + 1_000, { event_type: "sync_failure", level: "error" }),
        eventAt(3, now + 2_000, { event_type: "sync_failure", level: "critical" }),
        eventAt(4, now + 3_000),
      ];
      await commit(
        rig,
        now + 3_000,
        events.map((event) => ({ event, receivers: [] })),
      );
      const found = async (query: EventQuery) =>
        (await rig.store.events(query)).rows.map(({ message }) => message);
      assert.deepEqual(await found({}), ["event 4", "event 3", "event 2", "event 1"]);
      assert.deepEqual(await found({ types: ["sync_failure"] }), ["event 3", "event 2"]);
      assert.deepEqual(await found({ types: [] }), []);
      assert.deepEqual(await found({ levels: ["critical", "info"] }), [
        "event 4",
        "event 3",
        "event 1",
      ]);
      const between = { since: iso(now + 1_000), until: new Date(now + 2_000) };
      assert.deepEqual(await found(between), ["event 3", "event 2"]);
      assert.deepEqual(await found({ since: new Date(now + 3_001) }), []);
    },
  },
  {
    id: "events/pages",
    title: "pages of events neither repeat nor skip when events arrive between them",
    async run(rig) {
      const { startedAt: now } = rig;
      const take = (from: number, to: number) =>
        commit(
          rig,
          now,
          Array.from({ length: to - from }, (_, i) => ({
            event: eventAt(from + i, now),
            receivers: [],
          })),
        );
      await take(0, 250);
      const first = await rig.store.events({});
      assert.equal(first.rows.length, 100);
      await take(250, 300);
      const second = await rig.store.events({ cursor: first.cursor ?? "" });
      const third = await rig.store.events({ cursor: second.cursor ?? "" });
      assert.equal(third.cursor, null);
      assert.deepEqual(
        [...first.rows, ...second.rows, ...third.rows].map(({ id }) => id),
        Array.from({ length: 250 }, (_, i) => idOf(249 - i)),
      );
    },
  },
  {
    id: "deliveries/pages",
    title: "pages of deliveries go through events newest first, then receivers by name",
    async run(rig) {
      const { startedAt: now } = rig;
      const take = (n: number) =>
        commit(
          rig,
          now,
          [{ event: eventAt(n, now), receivers: ["c", "a", "b"] }],
          n % 2 === 0 ? [delivered(n, "b", now)] : [],
        );
      for (const n of [1, 2, 3, 4]) await take(n);
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await rig.store.deliveries({ limit: 5, cursor: cursor ?? undefined });
        for (const row of page.rows) seen.push(`${row.receiver} of ${row.event_id.slice(-1)}`);
        cursor = page.cursor;
        await take(5 + seen.length);
      } while (cursor !== null);
      const names = ["a", "b", "c"];
      assert.deepEqual(
        seen,
        [4, 3, 2, 1].flatMap((n) => names.map((name) => `${name} of ${n}`)),
      );
    },
  },
  {
    id: "deliveries/filters",
    title: "deliveries are found by event, receiver, state and the time they were taken",
    async run(rig) {
      const { startedAt: now } = rig;
      await commit(rig, now, [{ event: eventAt(1, now), receivers: ["a", "b"] }]);
      const second = { event: eventAt(2, now), receivers: ["a", "b"] };
      await commit(rig, now + minute, [second], [ended(2, "a", now, "dead", "expired")]);
      assert.deepEqual(await statesOf(rig, { eventId: idOf(2) }), ["a dead", "b pending"]);
      assert.deepEqual(await statesOf(rig, { receiver: "a" }), ["a dead", "a pending"]);
      assert.deepEqual(await statesOf(rig, { states: ["dead", "delivered"] }), ["a dead"]);
      assert.equal((await deliveriesOf(rig, { since: iso(now + minute) })).length, 2);
      assert.equal((await deliveriesOf(rig, { since: iso(now + minute + 1) })).length, 0);
      assert.deepEqual(await deliveriesOf(rig, { eventId: idOf(9) }), []);
    },
  },
  {
    id: "queries/refused",
    title: "a query that cannot be meant is refused with a ConfigError",
    async run({ store }) {
      const events: readonly object[] = [
        { limit: 0 },
        { limit: 1_001 },
        { limit: 2.5 },
        { limit: "10" },
        { since: "yesterday" },
        { since: "2025-08-29T10:30:00" },
        { until: new Date(Number.NaN) },
        { until: 5 },
        { types: "sync_success" },
        { types: [5] },
        { levels: ["fatal"] },
        { cursor: "" },
        { cursor: "no such page!" },
        { type: ["sync_success"] },
      ];
      for (const query of events) {
        await assert.rejects(async () => store.events(query), ConfigError.is, show(query));
      }
      const rows: readonly object[] = [
        { event_id: idOf(1) },
        { eventId: "" },
        { receiver: 7 },
        { states: ["lost"] },
        { since: "soon" },
        { cursor: "zz" },
        { limit: -1 },
      ];
      for (const query of rows) {
        await assert.rejects(async () => store.deliveries(query), ConfigError.is, show(query));
        const discard = async () => store.move(query, { state: "dropped" });
        await assert.rejects(discard, ConfigError.is, show(query));
      }
    },
  },
  {
    id: "aggregate/sums",
    title: "aggregates count, sum and rank by type in a window, by the events' own times",
    async run(rig) {
      const { startedAt: now } = rig;
      const start = Math.floor(now / hour) * hour;
      const run = (n: number, at: number, overrides: Partial<MonitorEvent>) => ({
        event: eventAt(n, at, overrides),
        receivers: [],
      });
      await commit(rig, start + 3 * hour, [
        run(1, start + 10, { metrics: { duration_seconds: 20, records_synced: 5 } }),
        run(2, start + hour + 20, { metrics: { duration_seconds: 10 } }),
        run(3, start + hour + 10, { details: { duration_seconds: 40, records_synced: 6 } }),
        run(4, start + hour, { event_type: "sync_failure", metrics: { duration_seconds: 30 } }),
        run(5, start + 2 * hour, { event_type: "other_type", metrics: { duration_seconds: 99 } }),
      ]);
      const answer = await rig.store.aggregate({
        types: ["sync_success", "sync_failure", "never_seen"],
        since: start + hour,
        until: start + 3 * hour,
        metrics: ["duration_seconds", "records_synced", "records_deleted"],
      });
      assert.deepEqual(Object.keys(answer.types).sort(), ["sync_failure", "sync_success"]);
      assert.equal(answer.types.sync_success?.count, 2);
      assert.equal(answer.types.sync_success?.last.id, idOf(2));
      assert.equal(answer.types.sync_failure?.count, 1);
      assert.deepEqual(Object.keys(answer.metrics).sort(), ["duration_seconds", "records_synced"]);
      const { count, sum, max, p50, p95 } = answer.metrics.duration_seconds ?? assert.fail();
      assert.deepEqual([count, sum, max], [3, 80, 40]);
      assert.ok(Math.abs(p50 - 30) <= 0.6 && Math.abs(p95 - 40) <= 0.8, `${p50}, ${p95}`);
      assert.equal(answer.metrics.records_synced?.sum, 6);
    },
  },
  {
    id: "aggregate/last",
    title: "of two events with one timestamp the last emitted is the last",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [1, 2].map((n) => ({ event: eventAt(n, now), receivers: [] }));
      await commit(rig, now, accepted);
      const { types } = await rig.store.aggregate({
        types: ["sync_success"],
        since: Math.floor(now / hour) * hour,
        until: now,
        metrics: [],
      });
      assert.equal(types.sync_success?.last.id, idOf(2));
    },
  },
  {
    id: "aggregate/future",
    title: "an event that claims to come from the future counts from the moment it is taken",
    async run(rig) {
      const { startedAt: now } = rig;
      const far = eventAt(1, now + 1_000 * 24 * hour);
      await commit(rig, now, [{ event: far, receivers: [] }]);
      await commit(rig, now + 5, [{ event: eventAt(2, now + 5), receivers: [] }]);
      const { types } = await rig.store.aggregate({
        types: ["sync_success"],
        since: Math.floor(now / hour) * hour,
        until: now + 5,
        metrics: [],
      });
      assert.equal(types.sync_success?.count, 2);
      assert.equal(types.sync_success?.last.id, idOf(2));
    },
  },
  {
    id: "backlog/counts",
    title: "the backlog counts what is pending at each receiver, and since when",
    async run(rig) {
      const { startedAt: now } = rig;
      await commit(rig, now, [{ event: eventAt(1, now), receivers: ["a", "b"] }]);
      await commit(
        rig,
        now + minute,
        [{ event: eventAt(2, now), receivers: ["a", "b", "c"] }],
        [delivered(1, "b", now), ended(2, "c", now, "dead", "expired")],
      );
      const backlog = [...(await rig.store.backlog())];
      assert.deepEqual(
        backlog.sort((left, right) => (left.receiver < right.receiver ? -1 : 1)),
        [
          { receiver: "a", pending: 2, oldest_at: iso(now) },
          { receiver: "b", pending: 1, oldest_at: iso(now + minute) },
        ],
      );
    },
  },
  {
    id: "prune/age",
    title:
      "pruning forgets events taken before a time, a chunk at a time, but none that is pending",
    async run(rig) {
      const { startedAt: now } = rig;
      const take = (n: number, at: number, outcomes: readonly Outcome[]) =>
        commit(rig, at, [{ event: eventAt(n, at), receivers: ["a"] }], outcomes);
      await take(1, now, [delivered(1, "a", now)]);
      await take(2, now, [waiting(2, "a", now)]);
      await take(3, now, [ended(3, "a", now, "dead", "expired")]);
      await take(4, now, [delivered(4, "a", now)]);
      await take(5, now + minute, [delivered(5, "a", now + minute)]);
      const limits = { before: now + minute, maxEvents: 1_000 };
      assert.equal(await rig.store.prune({ ...limits, chunk: 2 }), 2);
      assert.equal(await rig.store.prune({ ...limits, chunk: 2 }), 1);
      assert.equal(await rig.store.prune({ ...limits, chunk: 2 }), 0);
      const left = (await rig.store.events({})).rows.map(({ id }) => id);
      assert.deepEqual(left, [idOf(5), idOf(2)]);
      assert.deepEqual(await statesOf(rig), ["a delivered", "a pending"]);
      assert.equal((await claim(rig, "a", now + leaseMs)).length, 1);
    },
  },
  {
    id: "prune/count",
    title: "pruning to a number of events forgets the oldest, but none that is pending or dead",
    async run(rig) {
      const { startedAt: now } = rig;
      const numbers = [1, 2, 3, 4, 5];
      await commit(
        rig,
        now,
        numbers.map((n) => ({ event: eventAt(n, now), receivers: ["a"] })),
        [1, 3, 4, 5].map((n) =>
          n === 1 ? ended(n, "a", now, "dead", "expired") : delivered(n, "a", now),
        ),
      );
      assert.equal(await rig.store.prune({ before: 0, maxEvents: 2, chunk: 100 }), 1);
      const left = (await rig.store.events({})).rows.map(({ id }) => id);
      assert.deepEqual(left, [idOf(5), idOf(4), idOf(2), idOf(1)]);
      assert.equal(await rig.store.move({ states: ["dead"] }, { state: "pending" }), 1);
    },
  },
];

const show = (value: object): string => `${JSON.stringify(value)} is taken`;
