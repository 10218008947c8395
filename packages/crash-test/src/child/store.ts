import { statSync } from "node:fs";
import type { EventStore, Group, Key, Outcome } from "@datasync-monitor/core";
import type { Lie } from "../settings.ts";
import type { Failpoints } from "./failpoint.ts";
import { say } from "./say.ts";

export interface Watch {
  readonly failpoints: Failpoints;
  readonly lie: Lie | undefined;
  /** The write-ahead log whose length is told. */
  readonly log: string | undefined;
}

/** The kinds of commit that a kill can fall upon. */
const commitsIn = ({ accepted, outcomes }: Group): readonly string[] => {
  const has = (state: string) => outcomes.some((outcome) => outcome.state === state);
  return [
    "commit",
    ...(accepted.length > 0 ? ["accept"] : []),
    ...(has("delivered") ? ["ack"] : []),
    ...(has("pending") ? ["nack"] : []),
    ...(has("dead") ? ["dead"] : []),
  ];
};

/** A store whose every step can be a failpoint, and which tells the parent what it has been told for good. */
export const watchedStore = (inner: EventStore, watch: Watch): EventStore => {
  const { failpoints } = watch;

  const around = async <T>(names: readonly string[], work: () => T | Promise<T>): Promise<T> => {
    for (const name of names) await failpoints.reach(`${name}.before`);
    const result = await work();
    for (const name of names) await failpoints.reach(`${name}.after`);
    return result;
  };

  return {
    contract: 1,
    durable: inner.durable,
    open: (instance) => around(["open"], () => inner.open(instance)),
    commit: (group) =>
      around(commitsIn(group), async () => {
        // One that is not answered in time grows while it is under way, and is given again.
        const before = { ...group, accepted: [...group.accepted], outcomes: [...group.outcomes] };
        const written = await inner.commit(told(group, watch.lie));
        tellLog(before, watch.log);
        tellFates(before.outcomes, written.stale);
        tellLost(written.stale);
        return written;
      }),
    claim: (query) =>
      around(["claim"], async () => {
        const claimed = await inner.claim(query);
        const { receiver } = query;
        const ids = claimed.map(({ event_id }) => event_id);
        if (ids.length > 0) say({ kind: "claimed", receiver, ids });
        return claimed;
      }),
    renew: (leases, leaseMs, now) =>
      around(["renew"], async () => {
        const answer = await inner.renew(leases, leaseMs, now);
        tellLost(answer.lost);
        return answer;
      }),
    move: (select, to) => around(["move"], () => inner.move(select, to)),
    events: (query) => inner.events(query),
    deliveries: (query) => inner.deliveries(query),
    aggregate: (query) => inner.aggregate(query),
    backlog: () => inner.backlog(),
    prune: (limits) =>
      around(["prune"], async () => {
        const count = await inner.prune(limits);
        if (count > 0) say({ kind: "pruned", count });
        return count;
      }),
    close: () => around(["close"], () => inner.close()),
  };
};

const told = (group: Group, lie: Lie | undefined): Group => {
  if (lie === "forgets-events") return { ...group, accepted: [] };
  if (lie === "forgets-fates") return { ...group, outcomes: [] };
  return group;
};

const tellLog = ({ accepted }: Group, log: string | undefined): void => {
  if (log === undefined) return;
  const { size = 0 } = statSync(log, { throwIfNoEntry: false }) ?? {};
  say({ kind: "log", bytes: size, ids: accepted.map(({ event }) => event.id) });
};

const keyOf = ({ event_id, receiver }: Key): string => `${receiver} ${event_id}`;

/** Fates that are the store's own by now. */
const tellFates = (outcomes: readonly Outcome[], stale: readonly Key[]): void => {
  const others = new Set(stale.map(keyOf));
  const own = outcomes.filter((one) => one.state !== "pending" && !others.has(keyOf(one)));
  for (const group of grouped(own, ({ receiver, state }) => `${receiver} ${state}`)) {
    const [{ receiver, state }] = group;
    say({ kind: "settled", receiver, state, ids: group.map(({ event_id }) => event_id) });
  }
};

const tellLost = (keys: readonly Key[]): void => {
  for (const group of grouped(keys, ({ receiver }) => receiver)) {
    say({ kind: "lost", receiver: group[0].receiver, ids: group.map(({ event_id }) => event_id) });
  }
};

const grouped = <T>(all: readonly T[], by: (one: T) => string): Iterable<[T, ...T[]]> => {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = groups.get(by(one));
    if (group === undefined) groups.set(by(one), [one]);
    else group.push(one);
  }
  return groups.values();
};
