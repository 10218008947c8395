import assert from "node:assert/strict";
import type { DeliveryQuery } from "@datasync-monitor/core";
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
  iso,
  keyOf,
  minute,
  only,
  range,
  statesOf,
  unavailable,
} from "./kit.ts";

/** Replays, discards and re-routes. */
export const moveCases: readonly StoreCase[] = [
  {
    id: "move/replay",
    title: "a replay makes dead deliveries pending anew, claimable at once, and voids old leases",
    async run({ store, startedAt: now, advance }) {
      const events = range(1, 4).map((n) => accepted(n, now, ["a"]));
      const dead = ended(1, "a", now + 1, "dead", { last_error: unavailable });
      await commit(store, now, events, [dead, delivered(2, "a", now)]);
      advance(2 * minute);
      assert.equal(await store.move({ receiver: "a" }, { state: "pending" }), 1);
      const moved = now + 2 * minute;
      assert.deepEqual(await only(store, 1, "a"), {
        ...keyOf(1, "a"),
        state: "pending",
        reason: null,
        attempts: 0,
        batch_id: null,
        taken_at: iso(moved),
        next_at: null,
        settled_at: null,
        reference: null,
        last_error: null,
      });
      const [claimed, ...rest] = await claim(store, "a", moved);
      assert.deepEqual(rest, []);
      const { event, attempts, resume, taken_at, fence = 0 } = claimed ?? {};
      assert.deepEqual([event, attempts, resume, taken_at], [eventAt(1, now), 0, null, moved]);
      const late = delivered(1, "a", moved);
      assert.deepEqual(await commit(store, moved, [], [late]), [keyOf(1, "a")]);
      assert.deepEqual(await commit(store, moved, [], [delivered(1, "a", moved, { fence })]), []);
      assert.equal((await only(store, 1, "a")).state, "delivered");
    },
  },
  {
    id: "move/discard",
    title: "a discard drops what is pending or dead, and nothing that was delivered",
    async run({ store, startedAt: now, advance }) {
      const told = [delivered(1, "a", now), ended(1, "b", now, "dead")];
      await commit(store, now, [accepted(1, now, ["a", "b", "c", "d"])], told);
      advance(minute);
      assert.equal(await store.move({ eventId: idOf(1) }, { state: "dropped" }), 3);
      const states = ["a delivered", "b dropped", "c dropped", "d dropped"];
      assert.deepEqual(await statesOf(store), states);
      const { reason, settled_at } = await only(store, 1, "c");
      assert.deepEqual([reason, settled_at], ["discarded", iso(now + minute)]);
      const late = delivered(1, "c", now + minute);
      assert.deepEqual(await commit(store, now + minute, [], [late]), [keyOf(1, "c")]);
    },
  },
  {
    id: "move/re-route",
    title:
      "a re-routed delivery is moved, and pending at the other receiver unless that one had it",
    async run({ store, startedAt: now, advance }) {
      const events = [
        accepted(1, now, ["old"]),
        accepted(2, now, ["old", "new"]),
        accepted(3, now, ["old"]),
        accepted(4, now, ["old", "new"]),
      ];
      const told = [
        ended(1, "old", now, "dead"),
        delivered(2, "new", now),
        ended(4, "new", now, "dead"),
      ];
      await commit(store, now, events, told);
      advance(minute);
      const to = { state: "pending", receiver: "new" } as const;
      assert.equal(await store.move({ receiver: "old" }, to), 4);
      assert.deepEqual(await statesOf(store), [
        ...["new pending", "old moved"],
        ...["new pending", "old moved"],
        ...["new delivered", "old moved"],
        ...["new pending", "old moved"],
      ]);
      const { reason, settled_at } = await only(store, 1, "old");
      assert.deepEqual([reason, settled_at], ["new", iso(now + minute)]);
      const claimed = await claim(store, "new", now + minute);
      assert.deepEqual(
        fences(claimed).map(([n]) => n),
        [1, 3, 4],
      );
      assert.ok(claimed.every(({ attempts }) => attempts === 0));
      const late = delivered(3, "old", now + minute);
      assert.deepEqual(await commit(store, now + minute, [], [late]), [keyOf(3, "old")]);
    },
  },
  {
    id: "move/selects",
    title: "a move changes what its query selects, and nothing else",
    async run({ store, startedAt: now }) {
      const take = async (n: number, at: number) => {
        const died = ["a", "b"].map((receiver) => ended(n, receiver, at, "dead"));
        await commit(store, at, [accepted(n, at, ["a", "b", "c"])], died);
      };
      for (const n of range(1, 4)) await take(n, now + n * minute);
      const discarded = async (): Promise<readonly string[]> =>
        (await deliveriesOf(store, { states: ["dropped"] }))
          .map(({ event_id, receiver }) => `${event_id.slice(-1)}${receiver}`)
          .sort();
      const discard = (query: DeliveryQuery) => store.move(query, { state: "dropped" });
      assert.equal(await discard({ eventId: idOf(1), receiver: "a" }), 1);
      assert.deepEqual(await discarded(), ["1a"]);
      assert.equal(await discard({ receiver: "b", since: iso(now + 3 * minute) }), 1);
      assert.deepEqual(await discarded(), ["1a", "3b"]);
      assert.equal(await discard({ states: ["pending"], eventId: idOf(2) }), 1);
      assert.deepEqual(await discarded(), ["1a", "2c", "3b"]);
      assert.equal(await store.move({ eventId: idOf(2) }, { state: "pending" }), 2);
      assert.equal((await deliveriesOf(store, { states: ["dead"] })).length, 2);
      assert.equal(await discard({ states: [] }), 0);
    },
  },
  {
    id: "move/limit",
    title: "a move with a limit takes what the same query shows, and without one takes all",
    async run({ store, startedAt: now }) {
      const numbers = range(0, 900);
      const parts = range(0, 5).map((part) => numbers.slice(part * 180, (part + 1) * 180));
      for (const part of parts) {
        const events = part.map((n) => accepted(n, now, ["a"]));
        const told = part.map((n) => ended(n, "a", now, "dead"));
        await commit(store, now, events, told);
      }
      const query = { states: ["dead"], limit: 3 } as const;
      const shown = (await deliveriesOf(store, query)).map(({ event_id }) => event_id);
      assert.equal(await store.move(query, { state: "pending" }), 3);
      const pending = await deliveriesOf(store, { states: ["pending"] });
      assert.deepEqual(
        pending.map(({ event_id }) => event_id),
        shown,
      );
      assert.equal(await store.move({}, { state: "pending" }), 897);
      assert.equal((await store.backlog())[0]?.pending, 900);
    },
  },
];
