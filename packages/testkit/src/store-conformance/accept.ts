import assert from "node:assert/strict";
import type { StoreCase } from "./harness.ts";
import {
  accepted,
  commit,
  delivered,
  deliveriesOf,
  ended,
  eventAt,
  idOf,
  iso,
  messagesOf,
  only,
  range,
  statesOf,
  syncsOf,
} from "./kit.ts";

/** What is taken into the store. */
export const acceptCases: readonly StoreCase[] = [
  {
    id: "accept/pending",
    title: "what is accepted is pending, unsettled and taken at the group's time",
    async run({ store, startedAt }) {
      const now = startedAt + 1_234;
      const event = eventAt(1, now);
      assert.deepEqual(await commit(store, now, [{ event, receivers: ["mail"] }]), []);
      assert.deepEqual(await deliveriesOf(store), [
        {
          event_id: event.id,
          receiver: "mail",
          state: "pending",
          reason: null,
          attempts: 0,
          batch_id: null,
          taken_at: iso(now),
          next_at: null,
          settled_at: null,
          reference: null,
          last_error: null,
        },
      ]);
      assert.deepEqual((await store.events({})).rows, [event]);
    },
  },
  {
    id: "accept/nobody",
    title: "an event that nobody wanted is remembered all the same",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, [])]);
      assert.deepEqual((await store.events({})).rows, [eventAt(1, now)]);
      assert.deepEqual(await deliveriesOf(store), []);
    },
  },
  {
    id: "accept/named-twice",
    title: "a receiver that is named twice gets one delivery",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a", "b", "a"])], [delivered(1, "a", now)]);
      assert.deepEqual(await statesOf(store), ["a delivered", "b pending"]);
      const backlog = (await store.backlog()).map(({ receiver, pending }) => [receiver, pending]);
      assert.deepEqual(backlog, [["b", 1]]);
    },
  },
  {
    id: "accept/again",
    title: "an event that is accepted again gets only the receivers it did not have",
    async run({ store, startedAt: now }) {
      const event = eventAt(1, now, { metrics: { records_synced: 7 } });
      const fresh = accepted(2, now, ["a"], { metrics: { records_synced: 5 } });
      await commit(store, now, [{ event, receivers: ["a", "b"] }], [delivered(1, "a", now + 5)]);
      await commit(store, now + 9, [{ event, receivers: ["a", "b", "c", "c"] }, fresh]);
      assert.deepEqual(await statesOf(store, { eventId: event.id }), [
        "a delivered",
        "b pending",
        "c pending",
      ]);
      assert.equal((await only(store, 1, "b")).taken_at, iso(now));
      assert.equal((await only(store, 1, "c")).taken_at, iso(now + 9));
      assert.equal((await store.events({})).rows.length, 2);
      const { count, metrics } = await syncsOf(store, now + 10);
      assert.equal(count, 2, "An event that is accepted again must not be counted again.");
      assert.equal(metrics.records_synced?.sum, 12);
    },
  },
  {
    id: "accept/order",
    title: "events keep the order in which their group names them, whatever their ids",
    async run({ store, startedAt: now }) {
      const order = [5, 1, 4, 2, 3];
      await commit(
        store,
        now,
        order.map((n) => accepted(n, now, [])),
      );
      const ids = (await store.events({})).rows.map(({ id }) => id);
      assert.deepEqual(ids, [...order].reverse().map(idOf));
    },
  },
  {
    id: "commit/repeated",
    title: "a group that is committed twice changes nothing the second time",
    async run({ store, startedAt: now }) {
      const events = range(1, 4).map((n) => accepted(n, now, ["a", "b", "c"]));
      const outcomes = [
        delivered(1, "a", now + 5, { reference: "message-42" }),
        ended(1, "b", now + 6, "dead"),
      ];
      await commit(store, now, events, outcomes);
      const before = await deliveriesOf(store);
      assert.deepEqual(await commit(store, now, events, outcomes), []);
      assert.deepEqual(await deliveriesOf(store), before);
      assert.equal((await store.events({})).rows.length, 3);
      assert.equal((await syncsOf(store, now)).count, 3);
    },
  },
  {
    id: "commit/whole",
    title:
      "a group that is refused leaves nothing behind, and can be committed without what was wrong",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"])]);
      // No JSON: a store may refuse it, as a database does what it cannot hold.
      const odd = accepted(3, now, ["a"], { details: Object({ n: 1n }) });
      const told = [delivered(1, "a", now)];
      try {
        await commit(store, now, [accepted(2, now, ["a"]), odd], told);
        return;
      } catch {
        assert.deepEqual(await messagesOf(store), ["event 1"]);
        assert.deepEqual(await statesOf(store), ["a pending"]);
        assert.equal((await syncsOf(store, now)).count, 1);
      }
      assert.deepEqual(await commit(store, now, [accepted(2, now, ["a"])], told), []);
      assert.deepEqual(await statesOf(store), ["a pending", "a delivered"]);
      assert.equal((await syncsOf(store, now)).count, 2);
    },
  },
  {
    id: "commit/large",
    title: "a group of 256 events for four receivers and 1,024 outcomes is written whole",
    async run({ store, startedAt: now }) {
      const receivers = ["a", "b", "c", "d"];
      const numbers = range(0, 256);
      await commit(
        store,
        now,
        numbers.map((n) => accepted(n, now, receivers, { metrics: { records_synced: n } })),
      );
      const outcomes = numbers.flatMap((n) => receivers.map((name) => delivered(n, name, now)));
      assert.deepEqual(await commit(store, now, [], outcomes), []);
      assert.deepEqual(await store.backlog(), []);
      assert.equal((await syncsOf(store, now)).metrics.records_synced?.sum, 32_640);
    },
  },
  {
    id: "commit/empty",
    title: "a group of nothing is harmless",
    async run({ store, startedAt: now }) {
      assert.deepEqual(await commit(store, now, []), []);
      assert.deepEqual((await store.events({})).rows, []);
    },
  },
];
