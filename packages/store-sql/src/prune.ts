import type { DeliveryState, EventStore } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import type { Database } from "./database.ts";
import { whole } from "./family.ts";
import { horizonAt } from "./hours.ts";
import { rowsTable } from "./rows-table.ts";
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
  for (const find of [byAge(before), byNumber(maxEvents)]) {
    for (let last = part; last > 0 && pruned < chunk; ) {
      const most = Math.min(part, chunk - pruned);
      last = await database.write("forget what is old", async (session) =>
        forget(session, await find(session, most)),
      );
      pruned += last;
    }
  }
  await database.write("forget what is old", ({ tables, run }) =>
    run(sql`delete from ${tables.hours} where hour < ${horizonAt(now)}`),
  );
  return pruned;
};

/** Answers the events to forget, locked. */
type Find = (session: Session, most: number) => Promise<readonly number[]>;

const byAge =
  (before: number): Find =>
  (session, most) =>
    lockOldest(session, {
      condition: sql`e.taken_at < ${whole(before)}`,
      order: sql`e.taken_at, e.seq`,
      kept: ["pending"],
      most,
    });

const byNumber =
  (maxEvents: number): Find =>
  async (session, most) => {
    const { tables, run } = session;
    const { rows } = await run<{ n: unknown }>(sql`select count(*) as n from ${tables.events}`);
    const excess = Number(rows[0]?.n) - whole(maxEvents);
    if (excess <= 0) return [];
    // The newest that is too many: those that a delivery keeps count, but do not stand in for others.
    const { rows: edge } = await run<{ seq: unknown }>(sql`
      select e.seq from ${tables.events} e order by e.seq limit 1 offset ${excess - 1}`);
    const condition = sql`e.seq <= ${Number(edge[0]?.seq ?? 0)}`;
    return lockOldest(session, { condition, order: sql`e.seq`, kept: ["pending", "dead"], most });
  };

interface Oldest {
  readonly condition: RawBuilder<unknown>;
  readonly order: RawBuilder<unknown>;
  /** An event with a delivery in one of these states stays. */
  readonly kept: readonly DeliveryState[];
  readonly most: number;
}

/** What another process is about to give a delivery, or is pruning, is left to it. */
const lockOldest = async (
  { family, tables, run }: Session,
  { condition, order, kept, most }: Oldest,
): Promise<readonly number[]> => {
  const lock = family === "sqlite" ? sql`` : sql`for update skip locked`;
  const states = sql.join(kept.map((state) => sql.lit(state)));
  const { rows } = await run<{ seq: unknown }>(sql`
    select e.seq from ${tables.events} e
    where ${condition} and not exists (
      select 1 from ${tables.deliveries} d where d.seq = e.seq and d.state in (${states})
    )
    order by ${order} limit ${most} ${lock}`);
  return rows.map(({ seq }) => Number(seq));
};

/** Looks again, now that the events are locked: a delivery that was opened meanwhile keeps its event. */
const forget = async (
  { family, tables, run }: Session,
  seqs: readonly number[],
): Promise<number> => {
  if (seqs.length === 0) return 0;
  const rowsOf = rowsTable(
    family,
    { seq: "integer" },
    seqs.map((seq) => [seq]),
  );
  const these = sql`seq in (select r.seq from ${rowsOf})`;
  await run(sql`delete from ${tables.deliveries} where ${these} and state <> 'pending'`);
  const { rows } = await run<{ n: unknown }>(sql`
    select count(distinct seq) as n from ${tables.deliveries} where ${these}`);
  await run(sql`
    delete from ${tables.events} where ${these} and not exists (
      select 1 from ${tables.deliveries} d where d.seq = ${tables.events}.seq
    )`);
  return seqs.length - Number(rows[0]?.n);
};
