import assert from "node:assert/strict";
import type { Outcome } from "@datasync-monitor/core";
import type { StoreCase } from "./harness.ts";
import {
  accepted,
  claim,
  commit,
  delivered,
  ended,
  idOf,
  leaseMs,
  minute,
  range,
  statesOf,
  syncsOf,
  waiting,
} from "./kit.ts";

/** What is forgotten, and what never is. */
export const pruneCases: readonly StoreCase[] = [
  {
    id: "prune/age",
    title:
      "pruning forgets events taken before a time, a chunk at a time, but none that is pending",
    async run({ store, startedAt: now }) {
      const take = (n: number, at: number, outcomes: readonly Outcome[]) =>
        commit(store, at, [accepted(n, at, ["a"])], outcomes);
      await take(1, now, [delivered(1, "a", now)]);
      await take(2, now, [waiting(2, "a", now)]);
      await take(3, now, [ended(3, "a", now, "dead")]);
      await take(4, now, [delivered(4, "a", now)]);
      await take(5, now + minute, [delivered(5, "a", now + minute)]);
      const limits = { before: now + minute, maxEvents: 1_000, chunk: 2 };
      assert.equal(await store.prune(limits), 2);
      assert.equal(await store.prune(limits), 1);
      assert.equal(await store.prune(limits), 0);
      const left = (await store.events({})).rows.map(({ id }) => id);
      assert.deepEqual(left, [idOf(5), idOf(2)]);
      assert.deepEqual(await statesOf(store), ["a delivered", "a pending"]);
      assert.equal((await claim(store, "a", now + leaseMs)).length, 1);
    },
  },
  {
    id: "prune/taken",
    title: "pruning goes by when an event was taken, whenever it says that it happened",
    async run({ store, startedAt: now }) {
      const at = (n: number, taken: number, happened: number) =>
        commit(store, taken, [accepted(n, happened, ["a"])], [delivered(n, "a", taken)]);
      await at(1, now, now + 5 * minute);
      await at(2, now + 2 * minute, now - 5 * minute);
      assert.equal(await store.prune({ before: now + minute, maxEvents: 1_000, chunk: 9 }), 1);
      const left = (await store.events({})).rows.map(({ id }) => id);
      assert.deepEqual(left, [idOf(2)]);
    },
  },
  {
    id: "prune/count",
    title: "pruning to a number of events forgets the oldest, but none that is pending or dead",
    async run({ store, startedAt: now }) {
      await commit(
        store,
        now,
        range(1, 6).map((n) => accepted(n, now, ["a"])),
        [ended(1, "a", now, "dead"), ...[3, 4, 5].map((n) => delivered(n, "a", now))],
      );
      assert.equal(await store.prune({ before: 0, maxEvents: 2, chunk: 100 }), 1);
      const left = (await store.events({})).rows.map(({ id }) => id);
      assert.deepEqual(left, [5, 4, 2, 1].map(idOf));
      assert.equal(await store.move({ states: ["dead"] }, { state: "pending" }), 1);
    },
  },
  {
    id: "prune/aggregates",
    title: "what was pruned is still counted, and its latest event known",
    async run({ store, startedAt: now }) {
      const metrics = { records_synced: 7 };
      const events = range(1, 4).map((n) => accepted(n, now, [], { metrics }));
      await commit(store, now, events);
      assert.equal(await store.prune({ before: now + 1, maxEvents: 1_000, chunk: 100 }), 3);
      const { count, last, metrics: sums } = await syncsOf(store, now);
      assert.deepEqual([count, last?.id, sums.records_synced?.sum], [3, idOf(3), 21]);
    },
  },
];
