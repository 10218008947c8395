import type { Claimed, ClaimQuery, Key, Lease } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import { integer, whole } from "./family.ts";
import { heldBy } from "./held.ts";
import { type Fault, failureOf, fromJson, fromPayload } from "./payload.ts";
import { rowsTable } from "./rows-table.ts";
import { isOneOf, isState } from "./seqs.ts";
import type { Session } from "./session.ts";
import { fromNullableText, toKey } from "./text.ts";

interface Candidate {
  readonly seq: unknown;
  readonly lease_until: unknown;
  readonly bytes: unknown;
}

/** What is given back is anybody's, whatever the clock does. */
export const leaseEnd = (now: number, leaseMs: number): number =>
  leaseMs === 0 ? 0 : whole(now + leaseMs);

/** No clock is so far ahead of another: a lease beyond that was written before this one was set back. */
const farthest = ({ now, leaseMs }: ClaimQuery): number => whole(now + 4 * leaseMs);

/** Of the table `d`: nobody has it, or by a lease that cannot be. */
const isFree = (query: ClaimQuery): RawBuilder<unknown> =>
  sql`d.receiver = ${toKey(query.receiver)} and d.state = 'pending'
    and (d.lease_until <= ${whole(query.now)} or d.lease_until > ${farthest(query)})`;

interface ClaimedRow {
  readonly seq: unknown;
  readonly fence: unknown;
  readonly attempts: unknown;
  readonly taken_at: unknown;
  readonly next_at: unknown;
  readonly batch_id: unknown;
  readonly resume: unknown;
  readonly last_error: unknown;
  readonly id: unknown;
  readonly checksum: unknown;
  readonly payload: unknown;
}

/** Whether a claim could find anything: an answer of no is had without a lock. */
export const isClaimable = async (
  { tables, run }: Session,
  query: ClaimQuery,
): Promise<boolean> => {
  // The order leads to the index of what is pending. Postgres expects one soon in the table, too, and would go
  // through all of it where there is none.
  const { rows } = await run(sql`
    select 1 from ${tables.deliveries} d where ${isFree(query)} order by d.seq limit 1`);
  return rows.length > 0;
};

export interface ClaimedPage {
  readonly claimed: readonly Claimed[];
  /** Some were met that could not be handed out: more may lie behind them. */
  readonly skipped: boolean;
}

/** Hands out open deliveries that nobody holds, oldest first, inside a transaction. */
export const claimDeliveries = async (
  session: Session,
  query: ClaimQuery,
): Promise<ClaimedPage> => {
  const { family, tables, run } = session;
  const { receiver, now } = query;
  const name = toKey(receiver);
  const candidates = await choose(session, query);
  const isHeld = ({ lease_until }: Candidate) => Number(lease_until) > now;
  // A live holder renews what is cut short here; what a dead one had is free a lease from now.
  await lease(session, query, candidates.filter(isHeld), sql`fence`);
  const free = candidates.filter((row) => !isHeld(row));
  const chosen = fitting(free, query);
  if (chosen.length === 0) return { claimed: [], skipped: candidates.length > 0 };
  await lease(session, query, chosen, sql`fence + 1`);
  const { rows } = await run<ClaimedRow>(sql`
    select d.seq, d.fence, d.attempts, d.taken_at, d.next_at, d.batch_id, d.resume, d.last_error,
      e.id, e.checksum, e.payload
    from ${tables.deliveries} d left join ${tables.events} e on e.seq = d.seq
    where d.receiver = ${name} and ${isOneOf(family, "d.seq", chosen.map(seqOf))}
    order by d.seq`);
  const claimed: Claimed[] = [];
  const unreadable = new Map<Fault, number[]>();
  for (const row of rows) {
    const event = fromPayload(row);
    if (typeof event !== "string") claimed.push(toClaimed(row, event, receiver));
    else unreadable.set(event, [...(unreadable.get(event) ?? []), seqOf(row)]);
  }
  await quarantine(session, query, unreadable);
  return { claimed, skipped: claimed.length < chosen.length };
};

/** The oldest, at most `limit`. */
const choose = async (
  { family, tables, run }: Session,
  query: ClaimQuery,
): Promise<readonly Candidate[]> => {
  // What another process is claiming at this moment is left to it.
  const lock = family === "sqlite" ? sql`` : sql`for update skip locked`;
  const { rows } = await run<Candidate>(sql`
    select d.seq, d.lease_until,
      (select e.bytes from ${tables.events} e where e.seq = d.seq) as bytes
    from ${tables.deliveries} d where ${isFree(query)}
    order by d.seq limit ${whole(query.limit)} ${lock}`);
  return rows;
};

/** The first whatever its size, and a younger one never before one that is too big. */
const fitting = (rows: readonly Candidate[], { maxBytes }: ClaimQuery): readonly Candidate[] => {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += Number(row.bytes ?? 0);
    return bytes > maxBytes && index > 0;
  });
  return end < 0 ? rows : rows.slice(0, end);
};

const seqOf = ({ seq }: { readonly seq: unknown }): number => Number(seq);

const lease = async (
  session: Session,
  { receiver, now, leaseMs }: ClaimQuery,
  rows: readonly Candidate[],
  fence: RawBuilder<unknown>,
): Promise<void> => {
  if (rows.length === 0) return;
  const { family, tables, run } = session;
  await run(sql`
    update ${tables.deliveries}
    set fence = ${fence}, lease_until = ${integer(family, leaseEnd(now, leaseMs))}
    where receiver = ${toKey(receiver)} and ${isOneOf(family, "seq", rows.map(seqOf))}`);
};

const toClaimed = (row: ClaimedRow, event: Claimed["event"], receiver: string): Claimed => ({
  event_id: event.id,
  receiver,
  fence: Number(row.fence),
  event,
  attempts: Number(row.attempts),
  batch_id: fromNullableText(row.batch_id),
  resume: fromJson(row.resume),
  last_error: failureOf(row.last_error),
  taken_at: Number(row.taken_at),
  next_at: row.next_at === null ? null : Number(row.next_at),
});

/** Rows that cannot be read are put where people see them, and the others go on. */
const quarantine = async (
  { family, tables, run }: Session,
  { receiver, now }: ClaimQuery,
  unreadable: ReadonlyMap<Fault, readonly number[]>,
): Promise<void> => {
  for (const [fault, seqs] of unreadable) {
    const these = isOneOf(family, "seq", seqs);
    await run(sql`update ${tables.events} set fault = ${fault} where ${these}`);
    await run(sql`
      update ${tables.deliveries}
      set state = 'dead', reason = 'corrupt', settled_at = ${integer(family, now)}, next_at = null
      where receiver = ${toKey(receiver)} and ${these}`);
  }
};

/** Extends leases that still hold, inside a transaction; answers the others. */
export const renewLeases = async (
  { family, tables, run }: Session,
  leases: readonly Lease[],
  leaseUntil: number,
): Promise<readonly Key[]> => {
  const columns = { id: "text", receiver: "text", fence: "integer", at: "integer" } as const;
  const rows = leases.map(({ event_id, receiver, fence }, index) => [
    toKey(event_id),
    toKey(receiver),
    whole(fence),
    index,
  ]);
  const source = () => rowsTable(family, columns, rows);
  const held = sql`d.receiver = r.receiver and d.fence = r.fence and d.state = 'pending'`;
  const { from, where } = heldBy({ family, tables }, source());
  const until = integer(family, leaseUntil);
  await run(
    family === "mysql"
      ? sql`update ${source()} join ${tables.events} e on e.id = r.id
          join ${tables.deliveries} d on d.seq = e.seq set d.lease_until = ${until} where ${held}`
      : sql`update ${tables.deliveries} as d set lease_until = ${until} from ${from} where ${where}`,
  );
  const { rows: lost } = await run<{ at: unknown }>(sql`
    select r.at from ${source()}
    left join ${tables.events} e on e.id = r.id
    left join ${tables.deliveries} d on d.seq = e.seq and d.receiver = r.receiver
      and d.fence = r.fence and ${isState("d.state", ["pending"])}
    where d.seq is null order by r.at`);
  return lost.flatMap(({ at }) => {
    const lease = leases[Number(at)];
    return lease === undefined ? [] : [{ event_id: lease.event_id, receiver: lease.receiver }];
  });
};
