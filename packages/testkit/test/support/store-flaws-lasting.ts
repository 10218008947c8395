import { type Aggregate, type EventStore, memoryStore } from "@datasync-monitor/core";
import { changingClaims, type Flaws, plain, type Spoil } from "./store-double.ts";

const counted = (answer: Aggregate, count: number): Partial<Aggregate> => {
  const last = answer.types.sync_success?.last;
  return last === undefined ? {} : { types: { ...answer.types, sync_success: { count, last } } };
};

const once =
  (method: "open" | "close"): Spoil =>
  (store) => {
    let calls = 0;
    return {
      async [method](instance = "") {
        calls += 1;
        if (calls > 1) throw new Error("done already");
        await store[method](instance);
      },
    };
  };

/** Wrong over restarts, between processes, and at the ends of a life. */
export const lastingFlaws: Flaws = {
  "remembers nothing": {
    spoil: (_store, { clock }, nth) => (nth === 0 ? {} : plain(memoryStore({ clock }))),
    caughtBy: ["restart/rows", "restart/batch", "restart/aggregates", "restart/pages"],
  },
  "does not say that it lasts": {
    spoil: () => ({ durable: false }),
    caughtBy: ["restart/rows"],
  },
  "takes batches apart over a restart": {
    spoil: changingClaims((rows, nth) =>
      rows.map((row) => (nth > 0 ? { ...row, batch_id: null } : row)),
    ),
    caughtBy: ["restart/batch"],
  },
  "drops leases over a restart": {
    spoil: (store, _shared, nth) => ({
      claim: (q) => store.claim(nth > 0 ? { ...q, now: q.now + 3_600_000 } : q),
    }),
    caughtBy: ["restart/lease", "share/renew"],
  },
  "begins anew at each start": {
    spoil: (store, { clock }) => {
      const began = clock.now();
      const aggregate: EventStore["aggregate"] = async (query) => ({
        ...(await store.aggregate(query)),
        complete_since: began,
      });
      return { aggregate };
    },
    caughtBy: ["restart/aggregates"],
  },
  "forgets its cursors over a restart": {
    spoil: (store, _shared, nth) => ({
      events: (q) => store.events(nth > 0 ? { ...q, cursor: undefined } : q),
    }),
    caughtBy: ["restart/pages"],
  },
  "trusts what it reads": {
    spoil: (_store, { damaged }) => {
      damaged.add = () => damaged;
      return {};
    },
    caughtBy: ["damage/claim", "damage/events", "damage/replay"],
  },
  "counts what it took itself": {
    spoil: (store) => {
      let own = 0;
      return {
        async commit(group) {
          own += group.accepted.length;
          return store.commit(group);
        },
        async aggregate(query) {
          const answer = await store.aggregate(query);
          return { ...answer, ...counted(answer, own) };
        },
      };
    },
    caughtBy: ["share/commits"],
  },
  "keeps replays to itself": {
    spoil: (store, _shared, nth) => ({
      move: async (select, to) => (nth > 0 ? 1 : store.move(select, to)),
    }),
    caughtBy: ["share/move"],
  },
  "keeps another contract": {
    spoil: () => ({ contract: 2 as never }),
    caughtBy: ["contract/shape"],
  },
  "opens once": { spoil: once("open"), caughtBy: ["open/twice"] },
  "closes once": { spoil: once("close"), caughtBy: ["close/twice"] },
};
