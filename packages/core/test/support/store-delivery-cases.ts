import assert from "node:assert/strict";
import {
  claim,
  commit,
  delivered,
  deliveriesOf,
  ended,
  eventAt,
  fences,
  hour,
  idOf,
  iso,
  leaseMs,
  minute,
  only,
  type StoreCase,
  statesOf,
  waiting,
} from "./store-kit.ts";

/** What a delivery goes through: taken, leased, told of, moved. */
export const deliveryCases: readonly StoreCase[] = [
  {
    id: "accept/pending",
    title: "what is accepted is pending, unsettled and taken at the group's time",
    async run(rig) {
      const now = rig.startedAt + 1_234;
      const event = eventAt(1, now);
      assert.deepEqual(await commit(rig, now, [{ event, receivers: ["mail"] }]), { stale: [] });
      assert.deepEqual(await deliveriesOf(rig), [
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
      assert.deepEqual((await rig.store.events({})).rows, [event]);
    },
  },
  {
    id: "accept/nobody",
    title: "an event that nobody wanted is remembered all the same",
    async run(rig) {
      const event = eventAt(1, rig.startedAt);
      await commit(rig, rig.startedAt, [{ event, receivers: [] }]);
      assert.deepEqual((await rig.store.events({})).rows, [event]);
      assert.deepEqual(await deliveriesOf(rig), []);
    },
  },
  {
    id: "accept/named-twice",
    title: "a receiver that is named twice gets one delivery",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [{ event: eventAt(1, now), receivers: ["a", "b", "a"] }];
      await commit(rig, now, accepted, [delivered(1, "a", now)]);
      assert.deepEqual(await statesOf(rig), ["a delivered", "b pending"]);
      assert.deepEqual(
        (await rig.store.backlog()).map(({ receiver, pending }) => [receiver, pending]),
        [["b", 1]],
      );
    },
  },
  {
    id: "accept/again",
    title: "an event that is accepted again gets only the receivers it did not have",
    async run(rig) {
      const { startedAt: now } = rig;
      const event = eventAt(1, now, { metrics: { records_synced: 7 } });
      await commit(rig, now, [{ event, receivers: ["a", "b"] }], [delivered(1, "a", now + 5)]);
      await commit(rig, now + 9, [{ event, receivers: ["a", "b", "c", "c"] }]);
      assert.deepEqual(await statesOf(rig), ["a delivered", "b pending", "c pending"]);
      assert.equal((await only(rig, 1, "c")).taken_at, iso(now + 9));
      assert.equal((await rig.store.events({})).rows.length, 1);
      const { types, metrics } = await rig.store.aggregate({
        types: ["sync_success"],
        since: Math.floor(now / hour) * hour,
        until: now + 10,
        metrics: ["records_synced"],
      });
      assert.equal(types.sync_success?.count, 1);
      assert.equal(metrics.records_synced?.sum, 7);
    },
  },
  {
    id: "commit/repeated",
    title: "a group that is committed twice changes nothing the second time",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [{ event: eventAt(1, now), receivers: ["a", "b", "c"] }];
      const outcomes = [
        delivered(1, "a", now + 5, { reference: "message-42" }),
        ended(1, "b", now + 6, "dead", "payload"),
      ];
      await commit(rig, now, accepted, outcomes);
      const before = await deliveriesOf(rig);
      assert.deepEqual(await commit(rig, now, accepted, outcomes), { stale: [] });
      assert.deepEqual(await deliveriesOf(rig), before);
    },
  },
  {
    id: "outcome/delivered",
    title:
      "a delivery that succeeded shows when, in which batch, and the destination's name for it",
    async run(rig) {
      const { startedAt: now } = rig;
      await commit(rig, now, [{ event: eventAt(1, now), receivers: ["a"] }]);
      const outcome = delivered(1, "a", now + 250, { reference: "message-42" });
      await commit(rig, now + 300, [], [{ ...outcome, attempts: 4, batch_id: "batch-9" }]);
      assert.deepEqual(await only(rig, 1, "a"), {
        event_id: idOf(1),
        receiver: "a",
        state: "delivered",
        reason: null,
        attempts: 4,
        batch_id: "batch-9",
        taken_at: iso(now),
        next_at: null,
        settled_at: iso(now + 250),
        reference: "message-42",
        last_error: null,
      });
    },
  },
  {
    id: "outcome/ended",
    title: "a delivery that ended otherwise shows the reason and the last error",
    async run(rig) {
      const { startedAt: now } = rig;
      const last_error = { code: "payload", message: "too long" };
      for (const [n, state] of (["dead", "dropped", "moved", "folded"] as const).entries()) {
        const outcome = ended(n, "a", now + 7, state, `why-${state}`, { last_error });
        await commit(rig, now, [{ event: eventAt(n, now), receivers: ["a"] }], [outcome]);
        const { reason, settled_at, attempts, batch_id, ...row } = await only(rig, n, "a");
        assert.equal(row.state, state);
        assert.deepEqual(
          [reason, settled_at, attempts, batch_id, row.last_error],
          [`why-${state}`, iso(now + 7), 3, "batch-1", last_error],
        );
      }
    },
  },
  {
    id: "outcome/pending",
    title: "a delivery that waits keeps its lease, and hands on what the next attempt needs",
    async run(rig) {
      const { startedAt: now } = rig;
      await commit(rig, now, [{ event: eventAt(1, now), receivers: ["a"] }]);
      await commit(rig, now + minute, [], [waiting(1, "a", now + minute)]);
      const row = await only(rig, 1, "a");
      assert.deepEqual(
        [row.state, row.attempts, row.batch_id, row.next_at, row.settled_at, row.last_error],
        [
          ...["pending", 2, "batch-3", iso(now + 1.5 * minute), null],
          { code: "unavailable", message: "503" },
        ],
      );
      assert.deepEqual(await claim(rig, "a", now + minute + leaseMs - 1), []);
      assert.deepEqual(await claim(rig, "a", now + minute + leaseMs), [
        {
          event_id: idOf(1),
          receiver: "a",
          fence: 2,
          event: eventAt(1, now),
          attempts: 2,
          batch_id: "batch-3",
          resume: { served: ["x@example.org"] },
          taken_at: now,
          next_at: now + 1.5 * minute,
        },
      ]);
    },
  },
  {
    id: "outcome/after-failures",
    title: "a delivery that succeeds after failures still shows the last one",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [{ event: eventAt(1, now), receivers: ["a"] }];
      await commit(rig, now, accepted, [waiting(1, "a", now)]);
      await commit(rig, now + minute, [], [delivered(1, "a", now + minute)]);
      const row = await only(rig, 1, "a");
      assert.deepEqual(
        [row.state, row.next_at, row.last_error],
        ["delivered", null, { code: "unavailable", message: "503" }],
      );
    },
  },
  {
    id: "outcome/final",
    title: "a fate stands, whatever its holder says later",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [{ event: eventAt(1, now), receivers: ["a", "b"] }];
      const first = [delivered(1, "a", now + 1), ended(1, "b", now + 1, "dead", "expired")];
      await commit(rig, now, accepted, first);
      const before = await deliveriesOf(rig);
      const second = [ended(1, "a", now + 2, "dropped", "closed"), delivered(1, "b", now + 2)];
      await commit(rig, now + 2, [], second);
      assert.deepEqual(await deliveriesOf(rig), before);
    },
  },
  {
    id: "outcome/stale",
    title: "an outcome under a lease that another holds by now is refused and changes nothing",
    async run(rig) {
      const { startedAt: now } = rig;
      await commit(rig, now, [{ event: eventAt(1, now), receivers: ["a"] }]);
      assert.deepEqual(fences(await claim(rig, "a", now + leaseMs)), [[idOf(1), 2]]);
      const late = delivered(1, "a", now + leaseMs + 1);
      const refused = { stale: [{ event_id: idOf(1), receiver: "a" }] };
      assert.deepEqual(await commit(rig, now + leaseMs + 1, [], [late]), refused);
      assert.equal((await only(rig, 1, "a")).state, "pending");
      const held = delivered(1, "a", now + leaseMs + 2, { fence: 2 });
      assert.deepEqual(await commit(rig, now + leaseMs + 2, [], [held]), { stale: [] });
      assert.equal((await only(rig, 1, "a")).settled_at, iso(now + leaseMs + 2));
      assert.deepEqual(await commit(rig, now + leaseMs + 3, [], [late]), refused);
    },
  },
  {
    id: "outcome/unknown",
    title: "an outcome of a delivery that was never accepted is refused",
    async run(rig) {
      const { startedAt: now } = rig;
      await commit(rig, now, [{ event: eventAt(1, now), receivers: ["a"] }]);
      const { stale } = await commit(
        rig,
        now,
        [],
        [delivered(1, "b", now), delivered(2, "a", now)],
      );
      assert.deepEqual(stale, [
        { event_id: idOf(1), receiver: "b" },
        { event_id: idOf(2), receiver: "a" },
      ]);
      assert.deepEqual(await statesOf(rig), ["a pending"]);
    },
  },
  {
    id: "claim/oldest-first",
    title:
      "a claim hands out one receiver's deliveries, oldest first, up to its limit, once a lease",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [1, 2, 3, 4].map((n) => ({
        event: eventAt(n, now),
        receivers: n === 3 ? ["b"] : ["a", "b"],
      }));
      await commit(rig, now, accepted);
      assert.deepEqual(await claim(rig, "a", now + leaseMs - 1), []);
      const later = now + leaseMs;
      assert.deepEqual(fences(await claim(rig, "a", later, 2)), [
        [idOf(1), 2],
        [idOf(2), 2],
      ]);
      assert.deepEqual(fences(await claim(rig, "a", later)), [[idOf(4), 2]]);
      assert.deepEqual(await claim(rig, "a", later), []);
      assert.equal((await claim(rig, "b", later)).length, 4);
      assert.deepEqual(fences(await claim(rig, "a", later + leaseMs, 1)), [[idOf(1), 3]]);
    },
  },
  {
    id: "claim/bytes",
    title: "a claim stops at its bytes, but hands out the first whatever its size",
    async run(rig) {
      const { startedAt: now } = rig;
      const big = eventAt(1, now, { message: "x".repeat(10_000) });
      const accepted = [big, eventAt(2, now), eventAt(3, now)];
      await commit(
        rig,
        now,
        accepted.map((event) => ({ event, receivers: ["a"] })),
      );
      const question = { receiver: "a", limit: 10, maxBytes: 5_000, leaseMs, now: now + leaseMs };
      assert.deepEqual(fences(await rig.store.claim(question)), [[idOf(1), 2]]);
      assert.deepEqual(fences(await rig.store.claim(question)), [
        [idOf(2), 2],
        [idOf(3), 2],
      ]);
    },
  },
  {
    id: "renew/holder",
    title: "a renewed lease keeps others away, and only its holder can renew it",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [1, 2, 3].map((n) => ({ event: eventAt(n, now), receivers: ["a"] }));
      await commit(rig, now, accepted, [delivered(3, "a", now)]);
      const lease = (n: number, fence = 1) => ({ event_id: idOf(n), receiver: "a", fence });
      const renewed = [lease(1), lease(2, 7), lease(3), lease(4)];
      const { lost } = await rig.store.renew(renewed, leaseMs, now + 4 * minute);
      assert.deepEqual(
        lost.map(({ event_id }) => event_id),
        [idOf(2), idOf(3), idOf(4)],
      );
      assert.deepEqual(fences(await claim(rig, "a", now + leaseMs)), [[idOf(2), 2]]);
      assert.deepEqual(fences(await claim(rig, "a", now + 4 * minute + leaseMs)), [[idOf(1), 2]]);
    },
  },
  {
    id: "move/replay",
    title: "a replay makes dead deliveries pending anew, claimable at once, and voids old leases",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [1, 2, 3].map((n) => ({ event: eventAt(n, now), receivers: ["a"] }));
      const last_error = { code: "payload", message: "too long" };
      await commit(rig, now, accepted, [
        ended(1, "a", now + 1, "dead", "payload", { last_error }),
        delivered(2, "a", now + 1),
      ]);
      await rig.advance(2 * minute);
      assert.equal(await rig.store.move({ receiver: "a" }, { state: "pending" }), 1);
      const moved = now + 2 * minute;
      const row = await only(rig, 1, "a");
      assert.deepEqual(
        { ...row, last_error: null },
        {
          event_id: idOf(1),
          receiver: "a",
          state: "pending",
          reason: null,
          attempts: 0,
          batch_id: null,
          taken_at: iso(moved),
          next_at: null,
          settled_at: null,
          reference: null,
          last_error: null,
        },
      );
      const [claimed, ...rest] = await claim(rig, "a", moved);
      assert.deepEqual(rest, []);
      assert.deepEqual(
        [claimed?.event, claimed?.attempts, claimed?.resume, claimed?.taken_at],
        [eventAt(1, now), 0, null, moved],
      );
      const { stale } = await commit(rig, moved, [], [delivered(1, "a", moved)]);
      assert.deepEqual(stale, [{ event_id: idOf(1), receiver: "a" }]);
      const fence = claimed?.fence ?? 0;
      assert.deepEqual(await commit(rig, moved, [], [delivered(1, "a", moved + 5, { fence })]), {
        stale: [],
      });
      assert.equal((await only(rig, 1, "a")).settled_at, iso(moved + 5));
    },
  },
  {
    id: "move/discard",
    title: "a discard drops what is pending or dead, and nothing that was delivered",
    async run(rig) {
      const { startedAt: now } = rig;
      const event = eventAt(1, now);
      await commit(
        rig,
        now,
        [{ event, receivers: ["a", "b", "c", "d"] }],
        [delivered(1, "a", now), ended(1, "b", now, "dead", "expired")],
      );
      await rig.advance(minute);
      assert.equal(await rig.store.move({ eventId: event.id }, { state: "dropped" }), 3);
      assert.deepEqual(await statesOf(rig), ["a delivered", "b dropped", "c dropped", "d dropped"]);
      const row = await only(rig, 1, "c");
      assert.deepEqual([row.reason, row.settled_at], ["discarded", iso(now + minute)]);
      const { stale } = await commit(rig, now + minute, [], [delivered(1, "c", now + minute)]);
      assert.equal(stale.length, 1);
    },
  },
  {
    id: "move/re-route",
    title:
      "a re-routed delivery is moved, and pending at the other receiver unless that one had it",
    async run(rig) {
      const { startedAt: now } = rig;
      const accepted = [
        { event: eventAt(1, now), receivers: ["old"] },
        { event: eventAt(2, now), receivers: ["old", "new"] },
        { event: eventAt(3, now), receivers: ["old"] },
      ];
      const outcomes = [ended(1, "old", now, "dead", "expired"), delivered(2, "new", now)];
      await commit(rig, now, accepted, outcomes);
      await rig.advance(minute);
      const to = { state: "pending", receiver: "new" } as const;
      assert.equal(await rig.store.move({ receiver: "old" }, to), 3);
      assert.deepEqual(await statesOf(rig), [
        "new pending",
        "old moved",
        "new delivered",
        "old moved",
        "new pending",
        "old moved",
      ]);
      const row = await only(rig, 1, "old");
      assert.deepEqual([row.reason, row.settled_at], ["new", iso(now + minute)]);
      const claimed = await claim(rig, "new", now + minute);
      assert.deepEqual(
        claimed.map(({ event_id, attempts }) => [event_id, attempts]),
        [
          [idOf(1), 0],
          [idOf(3), 0],
        ],
      );
    },
  },
  {
    id: "move/limit",
    title: "a move with a limit takes what the same query shows, and without one takes all",
    async run(rig) {
      const { startedAt: now } = rig;
      const numbers = Array.from({ length: 120 }, (_, n) => n);
      await commit(
        rig,
        now,
        numbers.map((n) => ({ event: eventAt(n, now), receivers: ["a"] })),
        numbers.map((n) => ended(n, "a", now, "dead", "expired")),
      );
      const query = { states: ["dead"], limit: 3 } as const;
      const shown = (await deliveriesOf(rig, query)).map(({ event_id }) => event_id);
      assert.equal(await rig.store.move(query, { state: "pending" }), 3);
      const pending = await deliveriesOf(rig, { states: ["pending"] });
      assert.deepEqual(
        pending.map(({ event_id }) => event_id),
        shown,
      );
      assert.equal(await rig.store.move({}, { state: "pending" }), 117);
    },
  },
];
