import type { DeliveryState, EventStore } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import type { Database } from "./database.ts";
import { whole } from "./family.ts";
import { horizonAt } from "./hours.ts";
import { isOneOf, isState } from "./seqs.ts";
import type { Session } from "./session.ts";

export type PruneLimits = Parameters<EventStore["prune"]>[0];

/**
 * A transaction holds up others, so what is much is done in parts. From 200 keys on MySQL no longer looks at the index
 * for what they stand for, and may read, and lock, the whole table instead.
 */
const part = 150;

/**
 * Forgets events, at most `chunk` in a call: those taken before a time unless a delivery is pending,
 * then the oldest of too many unless one is pending or dead and may yet be replayed.
 */
export const pruneEvents = async (
  database: Database,
  { before, maxEvents, chunk }: PruneLimits,
  now: number,
): Promise<number> => {
  let pruned = await forgetInParts(database, byAge(before), chunk);
  if (pruned < chunk) {
    const tooMany = await database.read("count events", (session) => byNumber(session, maxEvents));
    if (tooMany !== undefined) pruned += await forgetInParts(database, tooMany, chunk - pruned);
  }
  await forgetHours(database, horizonAt(now));
  return pruned;
};

/** MySQL locks all hours to delete some, and every commit writes to them: only once there are some. */
const forgetHours = async (database: Database, horizon: number): Promise<void> => {
  const isOld = sql`hour < ${horizon}`;
  const { rows } = await database.read("look for what is old", ({ tables, run }) =>
    run(sql`select 1 from ${tables.hours} where ${isOld} limit 1`),
  );
  if (rows.length === 0) return;
  await database.write("forget what is old", ({ tables, run }) =>
    run(sql`delete from ${tables.hours} where ${isOld}`),
  );
};

interface Place {
  readonly seq: number;
  readonly taken_at: number;
}

interface Oldest {
  readonly condition: RawBuilder<unknown>;
  readonly order: RawBuilder<unknown>;
  /** What comes later in that order, or at once with it. */
  readonly behind: (place: Place) => RawBuilder<unknown>;
  /** An event with a delivery in one of these states stays. */
  readonly kept: readonly DeliveryState[];
}

const byAge = (before: number): Oldest => ({
  condition: sql`e.taken_at < ${whole(before)}`,
  // As the index has them: Postgres, which takes what is left for next to nothing, would read all of it to sort it.
  order: sql`e.taken_at`,
  behind: ({ taken_at }) => sql`e.taken_at >= ${taken_at}`,
  kept: ["pending"],
});

/** Undefined: there are not too many. */
const byNumber = async (
  { tables, run }: Session,
  maxEvents: number,
): Promise<Oldest | undefined> => {
  const { rows } = await run<{ n: unknown }>(sql`select count(*) as n from ${tables.events}`);
  const excess = Number(rows[0]?.n) - whole(maxEvents);
  if (excess <= 0) return undefined;
  // The newest that is too many: those that a delivery keeps count, but do not stand in for others.
  const { rows: edge } = await run<{ seq: unknown }>(sql`
    select e.seq from ${tables.events} e order by e.seq limit 1 offset ${excess - 1}`);
  return {
    condition: sql`e.seq <= ${Number(edge[0]?.seq ?? 0)}`,
    order: sql`e.seq`,
    behind: ({ seq }) => sql`e.seq > ${seq}`,
    kept: ["pending", "dead"],
  };
};

/** Each part begins behind the one before: what is kept may be much, and is passed by once. */
const forgetInParts = async (
  database: Database,
  oldest: Oldest,
  chunk: number,
): Promise<number> => {
  let pruned = 0;
  let last: Place | undefined;
  do {
    const condition =
      last === undefined ? oldest.condition : sql`${oldest.condition} and ${oldest.behind(last)}`;
    const most = Math.min(part, chunk - pruned);
    const { found, forgotten } = await database.write("forget what is old", (session) =>
      forgetOldest(session, { ...oldest, condition }, most),
    );
    pruned += forgotten;
    last = forgotten === 0 || found.length < most ? undefined : found.at(-1);
  } while (last !== undefined && pruned < chunk);
  return pruned;
};

/**
 * Reads without a lock what may go, for a server would lock all that it reads on the way; then locks that, and
 * looks again: a delivery that was opened meanwhile keeps its event. What another process is about to give a
 * delivery, or is pruning, is left to it.
 */
const forgetOldest = async (session: Session, oldest: Oldest, most: number) => {
  const { family, tables, run } = session;
  const found = await findOldest(session, oldest, most);
  let seqs = found.map(seqOf);
  if (seqs.length > 0 && family !== "sqlite") {
    const { rows } = await run<{ seq: unknown }>(sql`
      select e.seq from ${tables.events} e
      where ${isOneOf(family, "e.seq", seqs)} for update skip locked`);
    seqs = rows.map(seqOf);
  }
  const forgotten = seqs.length === 0 ? 0 : await forgetThese(session, seqs, oldest.kept);
  return { found, forgotten };
};

const seqOf = ({ seq }: { readonly seq: unknown }): number => Number(seq);

const findOldest = async (
  { tables, run }: Session,
  { condition, order, kept }: Oldest,
  most: number,
): Promise<readonly Place[]> => {
  // Not "not exists": Postgres without statistics would join every event to every delivery.
  const { rows } = await run<{ seq: unknown; taken_at: unknown }>(sql`
    select e.seq, e.taken_at from ${tables.events} e
    where ${condition} and 0 = (
      select count(*) from ${tables.deliveries} d
      where d.seq = e.seq and ${isState("d.state", kept)}
    )
    order by ${order} limit ${most}`);
  return rows.map(({ seq, taken_at }) => ({ seq: Number(seq), taken_at: Number(taken_at) }));
};

const forgetThese = async (
  { family, tables, run }: Session,
  seqs: readonly number[],
  kept: readonly DeliveryState[],
): Promise<number> => {
  const these = isOneOf(family, "seq", seqs);
  await run(sql`
    delete from ${tables.deliveries} where ${these} and not (${isState("state", kept)})`);
  const none = sql`0 = (select count(*) from ${tables.deliveries} d where d.seq = ${tables.events}.seq)`;
  const { rows } = await run<{ n: unknown }>(sql`
    select count(*) as n from ${tables.events} where ${these} and ${none}`);
  await run(sql`delete from ${tables.events} where ${these} and ${none}`);
  return Number(rows[0]?.n);
};
