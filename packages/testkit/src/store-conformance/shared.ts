import assert from "node:assert/strict";
import type { StoreCase } from "./harness.ts";
import {
  accepted,
  claim,
  commit,
  delivered,
  ended,
  fences,
  idOf,
  keyOf,
  leaseMs,
  minute,
  only,
  range,
  syncsOf,
} from "./kit.ts";

/** What holds when several processes use one store. */
export const sharedCases: readonly StoreCase[] = [
  {
    id: "share/claims",
    title: "processes that claim at the same time get every delivery once between them",
    needs: ["share"],
    async run({ store, startedAt: now, share }) {
      const stores = [store, await share(), await share()];
      await commit(
        store,
        now,
        range(0, 200).map((n) => accepted(n, now, ["a"])),
      );
      const drain = async (one: typeof store) => {
        const numbers: number[] = [];
        for (let idle = 0; idle < 2; ) {
          const rows = await claim(one, "a", now + leaseMs, 7);
          numbers.push(...fences(rows).map(([n]) => n));
          idle = rows.length === 0 ? idle + 1 : 0;
        }
        return numbers;
      };
      const claimed = (await Promise.all(stores.map(drain))).flat();
      assert.deepEqual(
        claimed.sort((left, right) => left - right),
        range(0, 200),
      );
    },
  },
  {
    id: "share/fence",
    title: "a process whose lease ran out cannot settle what another has claimed",
    needs: ["share"],
    async run({ store, startedAt: now, share }) {
      const other = await share();
      await commit(store, now, [accepted(1, now, ["a"])]);
      assert.deepEqual(fences(await claim(other, "a", now + leaseMs)), [[1, 2]]);
      const late = ended(1, "a", now, "dead");
      assert.deepEqual(await commit(store, now + leaseMs, [], [late]), [keyOf(1, "a")]);
      const lease = { ...keyOf(1, "a"), fence: 1 };
      const { lost } = await store.renew([lease], leaseMs, now + leaseMs);
      assert.deepEqual(lost, [keyOf(1, "a")]);
      const done = delivered(1, "a", now, { fence: 2 });
      assert.deepEqual(await commit(other, now + leaseMs, [], [done]), []);
      assert.equal((await only(store, 1, "a")).state, "delivered");
    },
  },
  {
    id: "share/renew",
    title: "a lease that one process renews keeps the others away",
    needs: ["share"],
    async run({ store, startedAt: now, share }) {
      const other = await share();
      await commit(store, now, [accepted(1, now, ["a"])]);
      const lease = { ...keyOf(1, "a"), fence: 1 };
      await store.renew([lease], leaseMs, now + minute);
      assert.deepEqual(await claim(other, "a", now + leaseMs), []);
      assert.deepEqual(fences(await claim(other, "a", now + minute + leaseMs)), [[1, 2]]);
    },
  },
  {
    id: "share/commits",
    title: "processes that commit at the same time lose nothing, and every event is counted once",
    needs: ["share"],
    async run({ store, startedAt: now, share }) {
      const stores = [store, await share(), await share()];
      const group = (from: number) =>
        range(from, from + 20).map((n) =>
          accepted(n, now, ["a"], { metrics: { records_synced: 1 } }),
        );
      const groups = range(0, 8).flatMap((round) =>
        stores.map((one, index) => commit(one, now, group((round * 3 + index) * 20))),
      );
      await Promise.all(groups);
      const { count, metrics } = await syncsOf(store, now);
      assert.deepEqual([count, metrics.records_synced?.sum], [480, 480]);
      assert.equal((await store.backlog())[0]?.pending, 480);
    },
  },
  {
    id: "share/same-group",
    title: "one group that is committed twice at the same time is taken and counted once",
    needs: ["share"],
    async run({ store, startedAt: now, share }) {
      const other = await share();
      for (const round of range(0, 5)) {
        const group = range(round * 10, round * 10 + 10).map((n) => accepted(n, now, ["a", "b"]));
        await Promise.all([commit(store, now, group), commit(other, now, group)]);
      }
      assert.equal((await store.events({})).rows.length, 50);
      assert.equal((await syncsOf(other, now)).count, 50);
      assert.deepEqual(
        (await other.backlog()).map(({ pending }) => pending),
        [50, 50],
      );
    },
  },
  {
    id: "share/move",
    title: "what one process replays another can claim",
    needs: ["share"],
    async run({ store, startedAt: now, share }) {
      const other = await share();
      await commit(store, now, [accepted(1, now, ["a"])], [ended(1, "a", now, "dead")]);
      assert.equal(await other.move({ eventId: idOf(1) }, { state: "pending" }), 1);
      assert.deepEqual(fences(await claim(store, "a", now)), [[1, 3]]);
    },
  },
];
