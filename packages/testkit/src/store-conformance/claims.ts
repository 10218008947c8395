import assert from "node:assert/strict";
import type { StoreCase } from "./harness.ts";
import {
  accepted,
  byKey,
  claim,
  commit,
  delivered,
  fences,
  keyOf,
  leaseMs,
  minute,
  range,
  waiting,
} from "./kit.ts";

/** Who holds a delivery. */
export const claimCases: readonly StoreCase[] = [
  {
    id: "claim/oldest-first",
    title:
      "a claim hands out one receiver's deliveries, oldest first, up to its limit, once a lease",
    async run({ store, startedAt: now }) {
      const events = range(1, 5).map((n) => accepted(n, now, n === 3 ? ["b"] : ["a", "b"]));
      await commit(store, now, events);
      assert.deepEqual(await claim(store, "a", now + leaseMs - 1), []);
      const later = now + leaseMs;
      assert.deepEqual(fences(await claim(store, "a", later, 2)), [
        [1, 2],
        [2, 2],
      ]);
      assert.deepEqual(fences(await claim(store, "a", later)), [[4, 2]]);
      assert.deepEqual(await claim(store, "a", later), []);
      assert.equal((await claim(store, "b", later)).length, 4);
      assert.deepEqual(fences(await claim(store, "a", later + leaseMs, 1)), [[1, 3]]);
    },
  },
  {
    id: "claim/open-only",
    title: "a claim hands out nothing that has its fate",
    async run({ store, startedAt: now }) {
      const events = range(1, 4).map((n) => accepted(n, now, ["a"]));
      await commit(store, now, events, [delivered(1, "a", now), delivered(3, "a", now)]);
      assert.deepEqual(fences(await claim(store, "a", now + leaseMs)), [[2, 2]]);
    },
  },
  {
    id: "claim/bytes",
    title: "a claim stops at its bytes, but hands out the first whatever its size",
    async run({ store, startedAt: now }) {
      const big = { message: "x".repeat(10_000) };
      const events = range(1, 4).map((n) => accepted(n, now, ["a"], n === 1 ? big : {}));
      await commit(store, now, events);
      const query = { receiver: "a", limit: 10, maxBytes: 5_000, leaseMs, now: now + leaseMs };
      assert.deepEqual(fences(await store.claim(query)), [[1, 2]]);
      assert.deepEqual(fences(await store.claim(query)), [
        [2, 2],
        [3, 2],
      ]);
    },
  },
  {
    id: "claim/waiting",
    title: "a delivery that waits for its next attempt is handed out with the time it waits for",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"])]);
      const next_at = now + 10 * leaseMs;
      const outcome = { ...waiting(1, "a", now), next_at };
      await commit(store, now, [], [outcome]);
      const [row] = await claim(store, "a", now + leaseMs);
      assert.equal(row?.next_at, next_at, "Whoever takes it over must know when it may be tried.");
    },
  },
  {
    id: "claim/at-once",
    title: "claims at the same time hand out every delivery once",
    async run({ store, startedAt: now }) {
      await commit(
        store,
        now,
        range(1, 41).map((n) => accepted(n, now, ["a"])),
      );
      const claims = range(0, 8).map(async () => claim(store, "a", now + leaseMs, 5));
      const rows = (await Promise.all(claims)).flat();
      const numbers = fences(rows).map(([n]) => n);
      assert.deepEqual(
        [...numbers].sort((left, right) => left - right),
        range(1, 41),
      );
    },
  },
  {
    id: "claim/for-ever",
    title: "a lease without end, as a store that is not durable is asked for, runs out never",
    async run({ store, startedAt: now }) {
      const endless = { now, leaseMs: Number.POSITIVE_INFINITY };
      await store.commit({ ...endless, accepted: [accepted(1, now, ["a"])], outcomes: [] });
      const query = { receiver: "a", limit: 9, maxBytes: 2 ** 30, ...endless };
      const later = now + 1e12;
      assert.deepEqual(await store.claim({ ...query, now: later }), []);
      await store.renew([{ ...keyOf(1, "a"), fence: 1 }], 0, now);
      assert.deepEqual(fences(await store.claim(query)), [[1, 2]]);
      assert.deepEqual(await store.claim({ ...query, now: later }), []);
    },
  },
  {
    id: "renew/holder",
    title: "a renewed lease keeps others away, and only its holder can renew it",
    async run({ store, startedAt: now }) {
      const events = range(1, 4).map((n) => accepted(n, now, ["a"]));
      await commit(store, now, events, [delivered(3, "a", now)]);
      const lease = (n: number, fence = 1) => ({ ...keyOf(n, "a"), fence });
      const leases = [lease(1), lease(2, 7), lease(3), lease(4)];
      const { lost } = await store.renew(leases, leaseMs, now + 4 * minute);
      assert.deepEqual(byKey(lost), [keyOf(2, "a"), keyOf(3, "a"), keyOf(4, "a")]);
      assert.deepEqual(fences(await claim(store, "a", now + leaseMs)), [[2, 2]]);
      assert.deepEqual(fences(await claim(store, "a", now + 4 * minute + leaseMs)), [[1, 2]]);
    },
  },
  {
    id: "renew/late",
    title: "a lease that has ended is its holder's still, as long as nobody else has claimed it",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"])]);
      const late = now + 2 * leaseMs;
      const lease = { ...keyOf(1, "a"), fence: 1 };
      assert.deepEqual(await store.renew([lease], leaseMs, late), { lost: [] });
      assert.deepEqual(await claim(store, "a", late + leaseMs - 1), []);
    },
  },
  {
    id: "renew/given-back",
    title: "a lease that is given back is free at once, for a clock that is behind too",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"]), accepted(2, now, ["a"])]);
      await store.renew([{ ...keyOf(2, "a"), fence: 1 }], 0, now);
      assert.deepEqual(fences(await claim(store, "a", now - 10 * minute)), [[2, 2]]);
    },
  },
  {
    id: "renew/nothing",
    title: "renewing no lease loses none",
    async run({ store, startedAt: now }) {
      assert.deepEqual(await store.renew([], leaseMs, now), { lost: [] });
    },
  },
];
