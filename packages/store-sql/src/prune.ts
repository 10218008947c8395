import type { DeliveryState, EventStore } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import type { Database } from "./database.ts";
import { whole } from "./family.ts";
import { horizonAt } from "./hours.ts";
import { isOneOf, isState } from "./seqs.ts";
import type { Session } from "./session.ts";

export type PruneLimits = Parameters<EventStore["prune"]>[0];

/** A transaction holds up others, so what is much is done in parts. */
const part = 250;

/**
 * Forgets events, at most `chunk` in a call: those taken before a time unless a delivery is pending,
 * then the oldest of too many unless one is pending or dead and may yet be replayed.
 */
export const pruneEvents = async (
  database: Database,
  { before, maxEvents, chunk }: PruneLimits,
  now: number,
): Promise<number> => {
  let pruned = 0;
  for (const forget of [byAge(before), byNumber(maxEvents)]) {
    for (let last = part; last > 0 && pruned < chunk; ) {
      const most = Math.min(part, chunk - pruned);
      last = await database.write("forget what is old", (session) => forget(session, most));
      pruned += last;
    }
  }
  await database.write("forget what is old", ({ tables, run }) =>
    run(sql`delete from ${tables.hours} where hour < ${horizonAt(now)}`),
  );
  return pruned;
};

/** Finds some and forgets them; answers how many. */
type Forget = (session: Session, most: number) => Promise<number>;

const byAge =
  (before: number): Forget =>
  (session, most) =>
    forgetOldest(session, {
      condition: sql`e.taken_at < ${whole(before)}`,
      order: sql`e.taken_at, e.seq`,
      kept: ["pending"],
      most,
    });

const byNumber =
  (maxEvents: number): Forget =>
  async (session, most) => {
    const { tables, run } = session;
    const { rows } = await run<{ n: unknown }>(sql`select count(*) as n from ${tables.events}`);
    const excess = Number(rows[0]?.n) - whole(maxEvents);
    if (excess <= 0) return 0;
    // The newest that is too many: those that a delivery keeps count, but do not stand in for others.
    const { rows: edge } = await run<{ seq: unknown }>(sql`
      select e.seq from ${tables.events} e order by e.seq limit 1 offset ${excess - 1}`);
    const condition = sql`e.seq <= ${Number(edge[0]?.seq ?? 0)}`;
    return forgetOldest(session, { condition, order: sql`e.seq`, kept: ["pending", "dead"], most });
  };

interface Oldest {
  readonly condition: RawBuilder<unknown>;
  readonly order: RawBuilder<unknown>;
  /** An event with a delivery in one of these states stays. */
  readonly kept: readonly DeliveryState[];
  readonly most: number;
}

/**
 * Reads without a lock what may go, for a server would lock all that it reads on the way; then locks that, and
 * looks again: a delivery that was opened meanwhile keeps its event. What another process is about to give a
 * delivery, or is pruning, is left to it.
 */
const forgetOldest = async (session: Session, oldest: Oldest): Promise<number> => {
  const { family, tables, run } = session;
  const found = await findOldest(session, oldest);
  if (found.length === 0) return 0;
  if (family === "sqlite") return forgetThese(session, found, oldest.kept);
  const { rows } = await run<{ seq: unknown }>(sql`
    select e.seq from ${tables.events} e
    where ${isOneOf(family, "e.seq", found)} for update skip locked`);
  return rows.length === 0 ? 0 : forgetThese(session, rows.map(seqOf), oldest.kept);
};

const seqOf = ({ seq }: { readonly seq: unknown }): number => Number(seq);

const findOldest = async (
  { tables, run }: Session,
  { condition, order, kept, most }: Oldest,
): Promise<readonly number[]> => {
  // Not "not exists": Postgres without statistics would join every event to every delivery.
  const { rows } = await run<{ seq: unknown }>(sql`
    select e.seq from ${tables.events} e
    where ${condition} and 0 = (
      select count(*) from ${tables.deliveries} d
      where d.seq = e.seq and ${isState("d.state", kept)}
    )
    order by ${order} limit ${most}`);
  return rows.map(seqOf);
};

const forgetThese = async (
  { family, tables, run }: Session,
  seqs: readonly number[],
  kept: readonly DeliveryState[],
): Promise<number> => {
  const these = isOneOf(family, "seq", seqs);
  await run(sql`
    delete from ${tables.deliveries} where ${these} and not ${isState("state", kept)}`);
  const { rows } = await run<{ n: unknown }>(sql`
    select count(distinct seq) as n from ${tables.deliveries} where ${these}`);
  await run(sql`
    delete from ${tables.events} where ${these} and not exists (
      select 1 from ${tables.deliveries} d where d.seq = ${tables.events}.seq
    )`);
  return seqs.length - Number(rows[0]?.n);
};
