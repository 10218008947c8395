import assert from "node:assert/strict";
import type { StoreCase } from "./harness.ts";
import {
  accepted,
  claim,
  commit,
  delivered,
  deliveriesOf,
  ended,
  eventAt,
  fences,
  idOf,
  keyOf,
  leaseMs,
  messagesOf,
  minute,
  range,
  syncsOf,
  unavailable,
  waiting,
} from "./kit.ts";

/** What a durable store keeps when its process ends. */
const restartCases: readonly StoreCase[] = [
  {
    id: "restart/rows",
    title: "what was committed is there after a restart, to the last field",
    needs: ["restart"],
    async run({ store, startedAt: now, restart }) {
      const events = range(1, 5).map((n) => accepted(n, now, ["a", "b"]));
      await commit(store, now, events, [
        delivered(1, "a", now, { reference: "message-42" }),
        ended(2, "a", now, "dead"),
        waiting(3, "a", now),
      ]);
      const before = await deliveriesOf(store);
      const next = await restart();
      assert.equal(next.durable, true, "A store that survives its process must say so.");
      assert.deepEqual(await deliveriesOf(next), before);
      assert.deepEqual(await messagesOf(next), ["event 4", "event 3", "event 2", "event 1"]);
    },
  },
  {
    id: "restart/batch",
    title:
      "a batch that waited keeps its key, attempts, next time, `resume` and error over a restart",
    needs: ["restart"],
    async run({ store, startedAt: now, restart }) {
      const events = range(1, 3).map((n) => accepted(n, now, ["a"]));
      await commit(store, now, events, [waiting(1, "a", now), waiting(2, "a", now)]);
      const claimed = await claim(await restart(), "a", now + leaseMs);
      const row = (n: number) => ({
        ...keyOf(n, "a"),
        fence: 2,
        event: eventAt(n, now),
        attempts: 2,
        batch_id: "batch-3",
        resume: { served: ["x@example.org"] },
        last_error: unavailable,
        taken_at: now,
        next_at: now + minute / 2,
      });
      assert.deepEqual(claimed, [row(1), row(2)]);
    },
  },
  {
    id: "restart/lease",
    title: "leases outlive the process that holds them, and run out at their time",
    needs: ["restart"],
    async run({ store, startedAt: now, restart }) {
      await commit(store, now, [accepted(1, now, ["a"])]);
      await claim(store, "a", now + leaseMs);
      const next = await restart();
      assert.deepEqual(await claim(next, "a", now + 2 * leaseMs - 1), []);
      assert.deepEqual(fences(await claim(next, "a", now + 2 * leaseMs)), [[1, 3]]);
      const late = delivered(1, "a", now, { fence: 2 });
      assert.deepEqual(await commit(next, now, [], [late]), [keyOf(1, "a")]);
    },
  },
  {
    id: "restart/aggregates",
    title: "counts and sums go on after a restart, whole since the store began",
    needs: ["restart"],
    async run({ store, startedAt, restart, advance }) {
      const metrics = { records_synced: 5 };
      await commit(store, startedAt, [accepted(1, startedAt, [], { metrics })]);
      advance(1_000);
      const now = startedAt + 1_000;
      const next = await restart();
      await commit(next, now, [accepted(2, now, [], { metrics })]);
      const { count, last, metrics: sums } = await syncsOf(next, now);
      assert.deepEqual([count, last?.id, sums.records_synced?.sum], [2, idOf(2), 10]);
      const query = { types: ["sync_success"], since: 0, until: now, metrics: [] };
      assert.equal((await next.aggregate(query)).complete_since, startedAt);
    },
  },
  {
    id: "restart/pages",
    title: "a page's cursor leads on after a restart",
    needs: ["restart"],
    async run({ store, startedAt: now, restart }) {
      await commit(
        store,
        now,
        range(1, 6).map((n) => accepted(n, now, ["a"])),
      );
      const events = (await store.events({ limit: 3 })).cursor ?? undefined;
      const deliveries = (await store.deliveries({ limit: 3 })).cursor ?? undefined;
      const next = await restart();
      assert.deepEqual(await messagesOf(next, { cursor: events }), ["event 2", "event 1"]);
      const rows = await deliveriesOf(next, { cursor: deliveries });
      assert.deepEqual(
        rows.map(({ event_id }) => event_id),
        [idOf(2), idOf(1)],
      );
    },
  },
];

/** What happens to a row that the disk has changed. */
const damageCases: readonly StoreCase[] = [
  {
    id: "damage/claim",
    title:
      "a delivery whose event cannot be read is dead with the reason `corrupt`; the others go on",
    needs: ["damage"],
    async run({ store, startedAt: now, damage }) {
      await commit(
        store,
        now,
        range(1, 4).map((n) => accepted(n, now, ["a"])),
      );
      await damage(idOf(2));
      const claimed = await claim(store, "a", now + leaseMs);
      assert.deepEqual(fences(claimed), [
        [1, 2],
        [3, 2],
      ]);
      const rows = await deliveriesOf(store, { states: ["dead"] });
      assert.deepEqual(
        rows.map(({ event_id, reason }) => [event_id, reason]),
        [[idOf(2), "corrupt"]],
      );
      assert.deepEqual(fences(await claim(store, "a", now + 2 * leaseMs)), [
        [1, 3],
        [3, 3],
      ]);
    },
  },
  {
    id: "damage/events",
    title: "an event that cannot be read is left out of what is shown, and breaks no page",
    needs: ["damage"],
    async run({ store, startedAt: now, damage }) {
      await commit(
        store,
        now,
        range(1, 6).map((n) => accepted(n, now, [])),
      );
      await damage(idOf(3));
      const first = await store.events({ limit: 3 });
      const second = await store.events({ limit: 3, cursor: first.cursor ?? "" });
      const messages = [...first.rows, ...second.rows].map(({ message }) => message);
      assert.deepEqual(messages, ["event 5", "event 4", "event 2", "event 1"]);
      assert.equal((await syncsOf(store, now)).count, 5);
    },
  },
  {
    id: "damage/replay",
    title: "a replay of what cannot be read ends where it began, and takes nothing along",
    needs: ["damage"],
    async run({ store, startedAt: now, damage }) {
      const events = range(1, 3).map((n) => accepted(n, now, ["a"]));
      await commit(store, now, events, [ended(1, "a", now, "dead"), ended(2, "a", now, "dead")]);
      await damage(idOf(1));
      assert.equal(await store.move({ states: ["dead"] }, { state: "pending" }), 2);
      assert.deepEqual(
        fences(await claim(store, "a", now)).map(([n]) => n),
        [2],
      );
      const rows = await deliveriesOf(store, { states: ["dead"] });
      assert.deepEqual(
        rows.map(({ event_id }) => event_id),
        [idOf(1)],
      );
    },
  },
];

export const lastingCases: readonly StoreCase[] = [...restartCases, ...damageCases];
