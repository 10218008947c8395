import assert from "node:assert/strict";
import { ConfigError } from "@datasync-monitor/core";
import type { StoreCase } from "./harness.ts";
import {
  accepted,
  commit,
  delivered,
  deliveriesOf,
  ended,
  idOf,
  iso,
  messagesOf,
  minute,
  range,
  statesOf,
} from "./kit.ts";

/** What can be asked of a store. */
export const queryCases: readonly StoreCase[] = [
  {
    id: "events/filters",
    title: "events are found by type, level and time, bounds included, newest first",
    async run({ store, startedAt: now }) {
      const failure = { event_type: "sync_failure", level: "error" } as const;
      await commit(store, now + 3_000, [
        accepted(1, now, []),
        accepted(2, now + 1_000, [], failure),
        accepted(3, now + 2_000, [], { ...failure, level: "critical" }),
        accepted(4, now + 3_000, []),
      ]);
      const found = (query: Parameters<typeof messagesOf>[1]) => messagesOf(store, query);
      assert.deepEqual(await found({}), ["event 4", "event 3", "event 2", "event 1"]);
      assert.deepEqual(await found({ types: ["sync_failure"] }), ["event 3", "event 2"]);
      assert.deepEqual(await found({ types: [] }), []);
      assert.deepEqual(await found({ levels: ["critical", "info"] }), [
        ...["event 4", "event 3", "event 1"],
      ]);
      const between = { since: iso(now + 1_000), until: new Date(now + 2_000) };
      assert.deepEqual(await found(between), ["event 3", "event 2"]);
      assert.deepEqual(await found({ ...between, types: ["sync_success"] }), []);
      assert.deepEqual(await found({ since: new Date(now + 3_001) }), []);
    },
  },
  {
    id: "events/pages",
    title: "pages of events neither repeat nor skip when events arrive between them",
    async run({ store, startedAt: now }) {
      const take = (from: number, to: number) =>
        commit(
          store,
          now,
          range(from, to).map((n) => accepted(n, now, [])),
        );
      await take(0, 250);
      const first = await store.events({});
      assert.equal(first.rows.length, 100, "A page has 100 rows unless the query says otherwise.");
      await take(250, 300);
      const second = await store.events({ cursor: first.cursor ?? "" });
      const third = await store.events({ cursor: second.cursor ?? "" });
      assert.equal(third.cursor, null, "The last page has no cursor.");
      assert.deepEqual(
        [...first.rows, ...second.rows, ...third.rows].map(({ id }) => id),
        range(0, 250).map((n) => idOf(249 - n)),
      );
    },
  },
  {
    id: "events/filtered-pages",
    title: "pages of what is looked for hold all of it, however much else lies between",
    async run({ store, startedAt: now }) {
      const rare = (n: number) => (n % 50 === 0 ? { event_type: "sync_failure" } : {});
      const events = range(0, 250).map((n) => accepted(n, now + n, [], rare(n)));
      await commit(store, now + 250, events);
      const query = { types: ["sync_failure"], since: iso(now + 1), limit: 3 };
      const first = await store.events(query);
      const second = await store.events({ ...query, cursor: first.cursor ?? "" });
      assert.deepEqual(
        [first, second].map(({ rows }) => rows.map(({ message }) => message)),
        [["event 200", "event 150", "event 100"], ["event 50"]],
      );
      assert.equal(second.cursor, null, "The last page has no cursor.");
    },
  },
  {
    id: "deliveries/filtered-pages",
    title: "pages of the deliveries that are looked for hold all of them, and no others",
    async run({ store, startedAt: now }) {
      const numbers = range(0, 130);
      const events = numbers.map((n) => accepted(n, now, ["a", "b"]));
      const died = numbers
        .filter((n) => n % 25 === 0)
        .map((n) => ended(n, n === 50 ? "b" : "a", now, "dead"));
      await commit(store, now, events, died);
      const query = { receiver: "a", states: ["dead"], limit: 3 } as const;
      const first = await store.deliveries(query);
      const second = await store.deliveries({ ...query, cursor: first.cursor ?? "" });
      assert.deepEqual(
        [first, second].map(({ rows }) => rows.map(({ event_id }) => event_id)),
        [[125, 100, 75].map(idOf), [25, 0].map(idOf)],
      );
      assert.equal(second.cursor, null, "The last page has no cursor.");
    },
  },
  {
    id: "deliveries/pages",
    title: "pages of deliveries go through events newest first, then receivers by name",
    async run({ store, startedAt: now }) {
      const take = (n: number) =>
        commit(
          store,
          now,
          [accepted(n, now, ["c", "a", "b"])],
          n % 2 === 0 ? [delivered(n, "b", now)] : [],
        );
      for (const n of range(1, 5)) await take(n);
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await store.deliveries({ limit: 5, cursor: cursor ?? undefined });
        for (const row of page.rows) seen.push(`${row.receiver} of ${row.event_id.slice(-1)}`);
        cursor = page.cursor;
        await take(5 + seen.length);
      } while (cursor !== null && seen.length < 50);
      const of = (n: number) => ["a", "b", "c"].map((name) => `${name} of ${n}`);
      assert.deepEqual(seen, [4, 3, 2, 1].flatMap(of));
    },
  },
  {
    id: "deliveries/filters",
    title: "deliveries are found by event, receiver, state and the time they were taken",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a", "b"])]);
      const died = ended(2, "a", now, "dead");
      await commit(store, now + minute, [accepted(2, now, ["a", "b"])], [died]);
      assert.deepEqual(await statesOf(store, { eventId: idOf(2) }), ["a dead", "b pending"]);
      assert.deepEqual(await statesOf(store, { receiver: "a" }), ["a dead", "a pending"]);
      assert.deepEqual(await statesOf(store, { states: ["dead", "delivered"] }), ["a dead"]);
      for (const states of [["dead", "pending"] as const, ["pending", "dead"] as const]) {
        const found = await statesOf(store, { receiver: "a", states });
        assert.deepEqual(found, ["a dead", "a pending"], "Each of several states is looked for.");
      }
      assert.deepEqual(await statesOf(store, { states: [] }), []);
      assert.equal((await deliveriesOf(store, { since: iso(now + minute) })).length, 2);
      assert.equal((await deliveriesOf(store, { since: iso(now + minute + 1) })).length, 0);
      assert.deepEqual(await deliveriesOf(store, { eventId: idOf(9) }), []);
    },
  },
  {
    id: "queries/refused",
    title: "a query that cannot be meant is refused with a ConfigError",
    async run({ store }) {
      for (const query of wrongEventQueries) {
        await assert.rejects(async () => store.events(query), ConfigError.is, show(query));
      }
      for (const query of wrongDeliveryQueries) {
        const discard = async () => store.move(query, { state: "dropped" });
        await assert.rejects(async () => store.deliveries(query), ConfigError.is, show(query));
        await assert.rejects(discard, ConfigError.is, show(query));
      }
    },
  },
  {
    id: "backlog/counts",
    title: "the backlog counts what is pending at each receiver, and since when",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a", "b"])]);
      const told = [delivered(1, "b", now), ended(2, "c", now, "dead")];
      await commit(store, now + minute, [accepted(2, now, ["a", "b", "c"])], told);
      const backlog = [...(await store.backlog())];
      assert.deepEqual(
        backlog.sort((left, right) => (left.receiver < right.receiver ? -1 : 1)),
        [
          { receiver: "a", pending: 2, oldest_at: iso(now) },
          { receiver: "b", pending: 1, oldest_at: iso(now + minute) },
        ],
      );
    },
  },
];

const show = (query: object): string => `This query must be refused: ${JSON.stringify(query)}`;

const wrongEventQueries: readonly object[] = [
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
  { types: ["sync_*"] },
  { levels: ["fatal"] },
  { cursor: "" },
  { cursor: "no such page!" },
  { type: ["sync_success"] },
];

const wrongDeliveryQueries: readonly object[] = [
  { event_id: idOf(1) },
  { eventId: "" },
  { receiver: 7 },
  { states: ["lost"] },
  { since: "soon" },
  { cursor: "zz" },
  { limit: -1 },
];
