import type { EventStore, MonitorEvent } from "@datasync-monitor/core";
import {
  changingDeliveries,
  changingTexts,
  type Flaws,
  type Shared,
  type Spoil,
  showing,
} from "./store-double.ts";

type Answer = Awaited<ReturnType<EventStore["aggregate"]>>;

const aggregates =
  (change: (answer: Answer, shared: Shared) => Partial<Answer>): Spoil =>
  (store, shared) => ({
    async aggregate(query) {
      const answer = await store.aggregate(query);
      return { ...answer, ...change(answer, shared) };
    },
  });

const ofLast = (answer: Answer, last: MonitorEvent | undefined): Partial<Answer> => {
  const known = answer.types.sync_success;
  return known === undefined || last === undefined
    ? {}
    : { types: { ...answer.types, sync_success: { ...known, last } } };
};

const byTime = (left: MonitorEvent, right: MonitorEvent): number =>
  left.timestamp < right.timestamp ? -1 : 1;

/** Wrong in what is answered, kept and forgotten. */
export const answerFlaws: Flaws = {
  "leaves out the end of a time": {
    spoil: (store) => ({
      events: ({ until, ...query }) =>
        store.events(
          until === undefined ? query : { ...query, until: new Date(+new Date(until) - 1) },
        ),
    }),
    caughtBy: ["events/filters"],
  },
  "looks only at a page": {
    spoil: (store) => ({
      async events({ types, ...query }) {
        const page = await store.events(query);
        const rows = page.rows.filter(({ event_type }) => types?.includes(event_type) ?? true);
        return { rows, cursor: page.cursor };
      },
    }),
    caughtBy: ["events/filtered-pages"],
  },
  "forgets what it was asked for after a page": {
    spoil: (store) => ({
      deliveries: (query) =>
        store.deliveries(
          query.cursor === undefined ? query : { cursor: query.cursor, limit: query.limit },
        ),
    }),
    caughtBy: ["deliveries/filtered-pages"],
  },
  "counts pages from the newest": {
    spoil: (_store, { accepted }) => ({
      async events({ cursor, ...query }) {
        const at = Number(cursor ?? 0);
        const rows = accepted.map(({ event }) => event).toReversed();
        const page = rows.slice(at, at + (query.limit ?? 100));
        return {
          rows: page,
          cursor: at + page.length < rows.length ? `${at + page.length}` : null,
        };
      },
    }),
    caughtBy: ["events/pages"],
  },
  "shows deliveries by receiver": {
    spoil: (store) => ({
      async deliveries(query) {
        const page = await store.deliveries(query);
        return {
          ...page,
          rows: page.rows.toSorted((a, b) => (a.receiver < b.receiver ? -1 : 1)),
        };
      },
    }),
    caughtBy: ["deliveries/pages"],
  },
  "looks for the first of several states": {
    spoil: (store) => ({
      deliveries: (q) => store.deliveries({ ...q, states: q.states?.slice(0, 1) }),
    }),
    caughtBy: ["deliveries/filters"],
  },
  "ignores states": {
    spoil: (store) => ({ deliveries: (q) => store.deliveries({ ...q, states: undefined }) }),
    caughtBy: ["deliveries/filters"],
  },
  "takes any query": {
    spoil: (store) => ({
      events: async (query) => {
        try {
          return await store.events(query);
        } catch {
          return { rows: [], cursor: null };
        }
      },
    }),
    caughtBy: ["queries/refused"],
  },
  "counts one too many": {
    spoil: (store) => ({
      backlog: async () =>
        (await store.backlog()).map((row) => ({ ...row, pending: row.pending + 1 })),
    }),
    caughtBy: ["backlog/counts"],
  },
  "knows types that never were": {
    spoil: (store) => ({
      async aggregate(query) {
        const answer = await store.aggregate(query);
        const last = Object.values(answer.types)[0]?.last;
        const none = query.types.map((type) => [type, { count: 0, last }]);
        return { ...answer, types: { ...Object.fromEntries(none), ...answer.types } };
      },
    }),
    caughtBy: ["aggregate/sums"],
  },
  "guesses percentiles": {
    spoil: aggregates(({ metrics }) => {
      const guessed = Object.entries(metrics).map(([name, sum]) => [
        name,
        { ...sum, p50: sum.max / 2, p95: sum.max },
      ]);
      return { metrics: Object.fromEntries(guessed) };
    }),
    caughtBy: ["aggregate/percentiles"],
  },
  "takes what came last for the latest": {
    spoil: aggregates((answer, { accepted }) => ofLast(answer, accepted.at(-1)?.event)),
    caughtBy: ["aggregate/last"],
  },
  "believes every clock": {
    spoil: aggregates((answer, { accepted }) =>
      ofLast(
        answer,
        accepted
          .map(({ event }) => event)
          .toSorted(byTime)
          .at(-1),
      ),
    ),
    caughtBy: ["aggregate/future"],
  },
  "claims to know all time": {
    spoil: aggregates(() => ({ complete_since: null })),
    caughtBy: ["aggregate/since"],
  },
  "lets sums overflow": {
    spoil: aggregates(({ metrics }) => {
      const summed = Object.entries(metrics).map(([name, sum]) => [
        name,
        { ...sum, sum: sum.sum * 2 },
      ]);
      return { metrics: Object.fromEntries(summed) };
    }),
    caughtBy: ["aggregate/extreme"],
  },
  "prunes all at once": {
    spoil: (store) => ({ prune: (limits) => store.prune({ ...limits, chunk: 1_000 }) }),
    caughtBy: ["prune/age"],
  },
  "counts on to this day": {
    spoil: (store, { clock }) => ({
      aggregate: (query) => store.aggregate({ ...query, until: clock.now() }),
    }),
    caughtBy: ["aggregate/until"],
  },
  "takes events for as old as they say": {
    spoil: (store) => ({
      async commit(group) {
        for (const one of group.accepted) {
          const now = Date.parse(one.event.timestamp);
          await store.commit({ ...group, now, accepted: [one], outcomes: [] });
        }
        return store.commit({ ...group, accepted: [] });
      },
    }),
    caughtBy: ["prune/taken"],
  },
  "prunes by age alone": {
    spoil: (store) => ({ prune: (limits) => store.prune({ ...limits, maxEvents: 2 ** 30 }) }),
    caughtBy: ["prune/count"],
  },
  "forgets sums with their events": {
    spoil: (store) => {
      let pruned = false;
      return {
        async prune(limits) {
          pruned = true;
          return store.prune(limits);
        },
        async aggregate(query) {
          const answer = await store.aggregate(query);
          return pruned ? { ...answer, types: {}, metrics: {} } : answer;
        },
      };
    },
    caughtBy: ["prune/aggregates"],
  },
  "cuts texts at NUL": {
    spoil: changingTexts((text) => text.split("\0")[0] ?? ""),
    caughtBy: ["hostile/nul"],
  },
  "mends torn characters": {
    spoil: changingTexts((text) => text.toWellFormed()),
    caughtBy: ["hostile/surrogates"],
  },
  "knows three bytes a character": {
    spoil: changingTexts((text) => text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, "?")),
    caughtBy: ["hostile/astral"],
  },
  "drops what cannot be seen": {
    spoil: changingTexts((text) => text.replaceAll(/\p{Cf}/gu, "")),
    caughtBy: ["hostile/bidi"],
  },
  "drops control characters": {
    spoil: changingTexts((text) => text.replaceAll(/\p{Cc}/gu, "")),
    caughtBy: ["hostile/controls"],
  },
  "unescapes once too often": {
    spoil: changingTexts((text) => text.replaceAll("\\", "")),
    caughtBy: ["hostile/quotes"],
  },
  "cuts long texts": {
    spoil: changingTexts((text) => text.slice(0, 65_535)),
    caughtBy: ["hostile/long"],
  },
  "takes empty for nothing": {
    spoil: changingDeliveries((row) => ({ ...row, reason: row.reason || null })),
    caughtBy: ["hostile/empty"],
  },
  "trims texts": { spoil: changingTexts((text) => text.trim()), caughtBy: ["hostile/spaces"] },
  "compares names without case": {
    spoil: (store) => ({
      commit: (g) =>
        store.commit({
          ...g,
          accepted: g.accepted.map(({ event, receivers }) => ({
            event,
            receivers: receivers.map((name) => name.toLowerCase()),
          })),
        }),
    }),
    caughtBy: ["hostile/receivers"],
  },
  "copies details into an object": {
    spoil: showing((event) => ({ ...event, details: Object.assign({}, event.details) })),
    caughtBy: ["hostile/keys"],
  },
  "needs a time": {
    spoil: (store) => ({
      async commit(group) {
        for (const { event } of group.accepted) new Date(event.timestamp).toISOString();
        return store.commit(group);
      },
    }),
    caughtBy: ["hostile/times"],
  },
};
