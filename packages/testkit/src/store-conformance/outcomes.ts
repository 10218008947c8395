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
  iso,
  keyOf,
  leaseMs,
  minute,
  only,
  range,
  statesOf,
  unavailable,
  waiting,
} from "./kit.ts";

/** What becomes of a delivery. */
export const outcomeCases: readonly StoreCase[] = [
  {
    id: "outcome/delivered",
    title:
      "a delivery that succeeded shows when, in which batch, and the destination's name for it",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"])]);
      const told = { reference: "message-42", attempts: 4, batch_id: "batch-9" };
      await commit(store, now + 300, [], [delivered(1, "a", now + 250, told)]);
      assert.deepEqual(await only(store, 1, "a"), {
        ...keyOf(1, "a"),
        ...told,
        state: "delivered",
        reason: null,
        taken_at: iso(now),
        next_at: null,
        settled_at: iso(now + 250),
        last_error: null,
      });
    },
  },
  {
    id: "outcome/ended",
    title: "a delivery that ended otherwise shows the reason and the last error",
    async run({ store, startedAt: now }) {
      const last_error = { code: "payload", message: "too long" };
      for (const [n, state] of (["dead", "dropped", "moved", "folded"] as const).entries()) {
        const outcome = ended(n, "a", now + 7, state, { last_error });
        await commit(store, now, [accepted(n, now, ["a"])], [outcome]);
        assert.deepEqual(await only(store, n, "a"), {
          ...keyOf(n, "a"),
          state,
          reason: `why-${state}`,
          attempts: 3,
          batch_id: "batch-1",
          taken_at: iso(now),
          next_at: null,
          settled_at: iso(now + 7),
          reference: null,
          last_error,
        });
      }
    },
  },
  {
    id: "outcome/pending",
    title: "a delivery that waits keeps its lease, and hands on what the next attempt needs",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"])]);
      await commit(store, now + minute, [], [waiting(1, "a", now + minute)]);
      const next = now + 1.5 * minute;
      assert.deepEqual(await only(store, 1, "a"), {
        ...keyOf(1, "a"),
        state: "pending",
        reason: null,
        attempts: 2,
        batch_id: "batch-3",
        taken_at: iso(now),
        next_at: iso(next),
        settled_at: null,
        reference: null,
        last_error: unavailable,
      });
      assert.deepEqual(await claim(store, "a", now + minute + leaseMs - 1), []);
      assert.deepEqual(await claim(store, "a", now + minute + leaseMs), [
        {
          ...keyOf(1, "a"),
          fence: 2,
          event: eventAt(1, now),
          attempts: 2,
          batch_id: "batch-3",
          resume: { served: ["x@example.org"] },
          last_error: unavailable,
          taken_at: now,
          next_at: next,
        },
      ]);
    },
  },
  {
    id: "outcome/after-failures",
    title: "a delivery that succeeds after failures still shows the last one",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"])], [waiting(1, "a", now)]);
      await commit(store, now + minute, [], [delivered(1, "a", now + minute)]);
      const { state, next_at, last_error } = await only(store, 1, "a");
      assert.deepEqual([state, next_at, last_error], ["delivered", null, unavailable]);
    },
  },
  {
    id: "outcome/told-twice",
    title:
      "of what one group tells of a delivery the last word counts, up to the first that is final",
    async run({ store, startedAt: now }) {
      const events = range(1, 3).map((n) => accepted(n, now, ["a"]));
      const told = [
        waiting(1, "a", now, { attempts: 1 }),
        waiting(1, "a", now + minute),
        delivered(1, "a", now + 2 * minute, { attempts: 3 }),
        ended(2, "a", now + 1, "dead"),
        delivered(2, "a", now + 2),
      ];
      assert.deepEqual(await commit(store, now, events, told), []);
      const first = await only(store, 1, "a");
      assert.deepEqual(
        [first.state, first.attempts, first.settled_at, first.last_error],
        ["delivered", 3, iso(now + 2 * minute), unavailable],
      );
      const second = await only(store, 2, "a");
      assert.deepEqual([second.state, second.settled_at], ["dead", iso(now + 1)]);
    },
  },
  {
    id: "outcome/final",
    title: "a fate stands, whatever its holder says later",
    async run({ store, startedAt: now }) {
      const first = [delivered(1, "a", now + 1), ended(1, "b", now + 1, "dead")];
      await commit(store, now, [accepted(1, now, ["a", "b"])], first);
      const before = await deliveriesOf(store);
      const second = [ended(1, "a", now + 2, "dropped"), delivered(1, "b", now + 2)];
      assert.deepEqual(await commit(store, now + 2, [], second), []);
      const third = [waiting(1, "a", now + 3), waiting(1, "b", now + 3)];
      await commit(store, now + 3, [], third);
      assert.deepEqual(await deliveriesOf(store), before);
    },
  },
  {
    id: "outcome/stale",
    title: "an outcome under a lease that another holds by now is refused and changes nothing",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"])]);
      const later = now + leaseMs;
      assert.deepEqual(fences(await claim(store, "a", later)), [[1, 2]]);
      const late = delivered(1, "a", later + 1);
      assert.deepEqual(await commit(store, later + 1, [], [late]), [keyOf(1, "a")]);
      assert.equal((await only(store, 1, "a")).state, "pending");
      const held = delivered(1, "a", later + 2, { fence: 2 });
      assert.deepEqual(await commit(store, later + 2, [], [late, held]), [keyOf(1, "a")]);
      assert.equal((await only(store, 1, "a")).settled_at, iso(later + 2));
      assert.deepEqual(await commit(store, later + 3, [], [late]), [keyOf(1, "a")]);
    },
  },
  {
    id: "outcome/late",
    title: "an outcome counts after its lease has ended, as long as nobody else has claimed it",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a", "b"])]);
      const late = now + 2 * leaseMs;
      const told = [delivered(1, "a", late), waiting(1, "b", late)];
      assert.deepEqual(await commit(store, late, [], told), []);
      assert.deepEqual(await statesOf(store), ["a delivered", "b pending"]);
      assert.deepEqual(await claim(store, "b", late + leaseMs - 1), []);
    },
  },
  {
    id: "outcome/unknown",
    title: "an outcome of a delivery that was never accepted is refused",
    async run({ store, startedAt: now }) {
      await commit(store, now, [accepted(1, now, ["a"])]);
      const strangers = [delivered(1, "b", now), delivered(2, "a", now)];
      assert.deepEqual(await commit(store, now, [], strangers), [keyOf(1, "b"), keyOf(2, "a")]);
      assert.deepEqual(await statesOf(store), ["a pending"]);
    },
  },
  {
    id: "outcome/released",
    title: "a lease of no time is none: what is accepted or told so can be claimed at once",
    async run({ store, startedAt: now }) {
      const taken = { now, leaseMs: 0, accepted: [accepted(1, now, ["a"])], outcomes: [] };
      await store.commit(taken);
      assert.deepEqual(fences(await claim(store, "a", now)), [[1, 2]]);
      const outcomes = [waiting(1, "a", now, { fence: 2 })];
      await store.commit({ now, leaseMs: 0, accepted: [], outcomes });
      assert.deepEqual(fences(await claim(store, "a", now)), [[1, 3]]);
      assert.equal((await only(store, 1, "a")).event_id, idOf(1));
    },
  },
];
