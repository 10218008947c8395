import type { Claimed, Delivery, EventStore } from "@datasync-monitor/core";
import { changingClaims, changingDeliveries, deliveryKey, type Flaws } from "./store-double.ts";

/** As one does that reads first and writes later. */
const claimLate = async (
  store: EventStore,
  query: Parameters<EventStore["claim"]>[0],
): Promise<readonly Claimed[]> => {
  await Promise.resolve();
  return store.claim(query);
};

const minutes = (n: number): number => n * 60_000;

/** Wrong on the way from taking an event to its fate. */
export const deliveryFlaws: Flaws = {
  "takes the time from its own clock": {
    spoil: (store, { clock }) => ({ commit: (g) => store.commit({ ...g, now: clock.now() }) }),
    caughtBy: ["accept/pending"],
  },
  "keeps only what somebody wants": {
    spoil: (store) => ({
      commit: (g) =>
        store.commit({ ...g, accepted: g.accepted.filter((one) => one.receivers.length > 0) }),
    }),
    caughtBy: ["accept/nobody"],
  },
  "makes a delivery of every mention": {
    spoil: (store) => ({
      commit: (group) => {
        const each = (all: readonly string[]) =>
          all.map((name, at) => (all.indexOf(name) === at ? name : `${name} ${at}`));
        const accepted = group.accepted.map((one) => ({ ...one, receivers: each(one.receivers) }));
        return store.commit({ ...group, accepted });
      },
    }),
    caughtBy: ["accept/named-twice"],
  },
  "takes what comes again for new": {
    spoil: (store, shared) => ({
      commit: (group) => {
        const known = new Set(shared.accepted.map(({ event }) => event.id));
        const accepted = group.accepted.map(({ event, receivers }) => ({
          event: known.has(event.id) ? { ...event, id: `${event.id}'` } : event,
          receivers,
        }));
        return store.commit({ ...group, accepted });
      },
    }),
    caughtBy: ["accept/again", "commit/repeated", "share/same-group"],
  },
  "shows events by their ids": {
    spoil: (store) => ({
      async events(query) {
        const page = await store.events(query);
        return { ...page, rows: page.rows.toSorted((a, b) => (a.id < b.id ? 1 : -1)) };
      },
    }),
    caughtBy: ["accept/order"],
  },
  "writes event by event": {
    spoil: (store) => ({
      async commit(group) {
        for (const one of group.accepted) {
          JSON.stringify(one);
          await store.commit({ ...group, accepted: [one], outcomes: [] });
        }
        return store.commit({ ...group, accepted: [] });
      },
    }),
    caughtBy: ["commit/whole"],
  },
  "writes a hundred of a group": {
    spoil: (store) => ({
      commit: (g) => store.commit({ ...g, accepted: g.accepted.slice(0, 100) }),
    }),
    caughtBy: ["commit/large"],
  },
  "needs something to write": {
    spoil: (store) => ({
      async commit(group) {
        if (group.accepted.length === 0 && group.outcomes.length === 0) throw new Error("empty");
        return store.commit(group);
      },
    }),
    caughtBy: ["commit/empty"],
  },
  "forgets references": {
    spoil: changingDeliveries((row) => ({ ...row, reference: null })),
    caughtBy: ["outcome/delivered"],
  },
  "forgets reasons": {
    spoil: changingDeliveries((row) => ({ ...row, reason: null })),
    caughtBy: ["outcome/ended", "move/discard", "move/re-route"],
  },
  "forgets `resume`": {
    spoil: changingClaims((rows) => rows.map((row) => ({ ...row, resume: null }))),
    caughtBy: ["outcome/pending"],
  },
  "forgets what failed before": {
    spoil: changingDeliveries((row) =>
      row.state === "delivered" ? { ...row, last_error: null } : row,
    ),
    caughtBy: ["outcome/after-failures"],
  },
  "hears outcomes backwards": {
    spoil: (store) => ({
      commit: (g) => store.commit({ ...g, outcomes: g.outcomes.toReversed() }),
    }),
    caughtBy: ["outcome/told-twice"],
  },
  "lets the last word count": {
    spoil: (store) => {
      const said = new Map<string, Delivery["state"]>();
      return {
        commit: (group) => {
          for (const { event_id, receiver, state } of group.outcomes) {
            said.set(deliveryKey(event_id, receiver), state);
          }
          return store.commit(group);
        },
        async deliveries(query) {
          const { rows, cursor } = await store.deliveries(query);
          const stateOf = ({ event_id, receiver, state }: Delivery) =>
            said.get(deliveryKey(event_id, receiver)) ?? state;
          return { cursor, rows: rows.map((row) => ({ ...row, state: stateOf(row) })) };
        },
      };
    },
    caughtBy: ["outcome/final"],
  },
  "ignores fences": {
    spoil: (store, { fences }) => ({
      commit: (group) => {
        const outcomes = group.outcomes.map((outcome) => {
          const fence = fences.get(deliveryKey(outcome.event_id, outcome.receiver));
          return { ...outcome, fence: fence ?? outcome.fence };
        });
        return store.commit({ ...group, outcomes });
      },
    }),
    caughtBy: ["outcome/stale", "share/fence", "restart/lease"],
  },
  "finds nothing stale": {
    spoil: (store) => ({
      commit: async (group) => {
        await store.commit(group);
        return { stale: [] };
      },
    }),
    caughtBy: ["outcome/unknown"],
  },
  "leases for a second at least": {
    spoil: (store) => ({
      commit: (g) => store.commit({ ...g, leaseMs: Math.max(1_000, g.leaseMs) }),
    }),
    caughtBy: ["outcome/released"],
  },
  "hands out the newest first": {
    spoil: changingClaims((rows) => rows.toReversed()),
    caughtBy: ["claim/oldest-first"],
  },
  "hands out what was delivered": {
    spoil: (store, { accepted }) => ({
      async claim(query) {
        const rows = await store.claim(query);
        const { rows: done } = await store.deliveries({ states: ["delivered"] });
        const again = done.flatMap(({ event_id, receiver, attempts, batch_id }) => {
          const event = accepted.find((one) => one.event.id === event_id)?.event;
          const none = { resume: null, last_error: null, taken_at: query.now, next_at: null };
          return event
            ? [{ event_id, receiver, fence: 2, event, attempts, batch_id, ...none }]
            : [];
        });
        return [...rows, ...again];
      },
    }),
    caughtBy: ["claim/open-only"],
  },
  "claims whatever it weighs": {
    spoil: (store) => ({ claim: (q) => store.claim({ ...q, maxBytes: 2 ** 40 }) }),
    caughtBy: ["claim/bytes"],
  },
  "forgets when to try again": {
    spoil: changingClaims((rows) => rows.map((row) => ({ ...row, next_at: null }))),
    caughtBy: ["claim/waiting"],
  },
  "claims without a lock": {
    spoil: (store, { inFlight }) => ({
      async claim(query) {
        const claiming = inFlight.get(query.receiver) ?? claimLate(store, query);
        inFlight.set(query.receiver, claiming);
        return claiming.finally(() => inFlight.delete(query.receiver));
      },
    }),
    caughtBy: ["claim/at-once", "share/claims"],
  },
  "renews for anybody": {
    spoil: (store) => ({
      async renew(leases, leaseMs, now) {
        await store.renew(leases, leaseMs, now);
        return { lost: [] };
      },
    }),
    caughtBy: ["renew/holder", "share/fence"],
  },
  "keeps no lease without end": {
    spoil: (store) => {
      const finite = (ms: number) => (Number.isFinite(ms) ? ms : 0);
      return {
        commit: (group) => store.commit({ ...group, leaseMs: finite(group.leaseMs) }),
        claim: (query) => store.claim({ ...query, leaseMs: finite(query.leaseMs) }),
      };
    },
    caughtBy: ["claim/for-ever"],
  },
  "takes away what has ended": {
    spoil: (store, { clock }) => {
      const startedAt = clock.now();
      const isOver = (now: number) => now > startedAt + minutes(9);
      return {
        commit: async (group) =>
          isOver(group.now)
            ? { stale: group.outcomes.map(({ event_id, receiver }) => ({ event_id, receiver })) }
            : store.commit(group),
        renew: async (leases, leaseMs, now) =>
          isOver(now)
            ? { lost: leases.map(({ event_id, receiver }) => ({ event_id, receiver })) }
            : store.renew(leases, leaseMs, now),
      };
    },
    caughtBy: ["outcome/late", "renew/late"],
  },
  "gives back as of now": {
    spoil: (store) => ({
      renew: async (leases, leaseMs, now) => store.renew(leases, leaseMs || 1, now),
    }),
    caughtBy: ["renew/given-back"],
  },
  "needs a lease to renew": {
    spoil: (store) => ({
      async renew(leases, leaseMs, now) {
        if (leases.length === 0) throw new Error("nothing to renew");
        return store.renew(leases, leaseMs, now);
      },
    }),
    caughtBy: ["renew/nothing"],
  },
  "counts attempts on after a replay": {
    spoil: (store) => {
      let replayed = false;
      return {
        async move(select, to) {
          replayed = true;
          return store.move(select, to);
        },
        async deliveries(query) {
          const page = await store.deliveries(query);
          const rows = page.rows.map((row) => (replayed ? { ...row, attempts: 3 } : row));
          return { ...page, rows };
        },
      };
    },
    caughtBy: ["move/replay"],
  },
  "moves whatever the event": {
    spoil: (store) => ({ move: ({ eventId: _, ...select }, to) => store.move(select, to) }),
    caughtBy: ["move/selects"],
  },
  "moves at most a hundred": {
    spoil: (store) => ({
      move: (select, to) => store.move({ ...select, limit: select.limit ?? 100 }, to),
    }),
    caughtBy: ["move/limit"],
  },
};
