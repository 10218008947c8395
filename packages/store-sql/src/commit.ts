import { randomInt } from "node:crypto";
import type { Accepted, Group, Key } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import { type Family, integer, unlessThere } from "./family.ts";
import { countEvents, fileEvents } from "./file-events.ts";
import { leaseEnd } from "./leases.ts";
import { recordOutcomes } from "./outcomes.ts";
import { toPayload, weightOf } from "./payload.ts";
import { excerptOf, fits, inParts, roomFor, usualRoom } from "./room.ts";
import { inOrder, rowsTable } from "./rows-table.ts";
import type { Session } from "./session.ts";
import { toKey } from "./text.ts";

/** An accepted event as it is written. */
interface Row {
  readonly accepted: Accepted;
  readonly id: string;
  readonly payload: string;
  readonly cells: readonly (string | number | null)[];
}

const eventColumns = {
  id: "text",
  event_type: "text",
  level: "text",
  happened_at: "integer",
  bytes: "integer",
  checksum: "integer",
  payload: "long",
} as const;

/** Writes a group inside a transaction. What it holds already is left as it is. */
export const commitGroup = async (
  session: Session,
  { now, leaseMs, accepted, outcomes }: Group,
): Promise<readonly Key[]> => {
  const leaseUntil = leaseEnd(now, leaseMs);
  const [before, after] = parted(outcomes, accepted);
  const [early, made] = await meanwhile(recordOutcomes(session, before, leaseUntil), () =>
    partsOf(session.family, accepted.map(toRow), usualRoom(session.family)),
  );
  const { room, parts } = await fitted(session, made);
  const rows = parts.flatMap((part) => part.rows);
  const count = (some: readonly Row[]) =>
    countEvents(
      some.map(({ accepted: { event } }) => event),
      now,
    );
  const [fresh, next] = await meanwhile(insertEvents(session, parts, now), () => ({
    pairs: pairsOf(rows),
    counted: count(rows),
  }));
  const isFresh = fresh.length === rows.length;
  await insertDeliveries(session, next.pairs, { now, leaseUntil, isFresh });
  const late = await recordOutcomes(session, after, leaseUntil);
  await fileEvents(session, isFresh ? next.counted : count(fresh), room);
  return [...early, ...late];
};

type Outcomes = Group["outcomes"];

/** Those that can be written before what is accepted, and those that cannot, since they are about it. */
const parted = (
  outcomes: Outcomes,
  accepted: readonly Accepted[],
): readonly [Outcomes, Outcomes] => {
  const ids = new Set(accepted.map(({ event }) => event.id));
  return outcomes.some(({ event_id }) => ids.has(event_id)) ? [[], outcomes] : [outcomes, []];
};

/**
 * Makes ready what comes next while the database, in a thread or process of its own, does what comes
 * first. Waits for both, whichever fails.
 */
const meanwhile = async <A, B>(doing: Promise<A>, make: () => B): Promise<readonly [A, B]> => {
  doing.catch(() => {});
  try {
    // Until then the statement has not left.
    await new Promise((resolve) => setImmediate(resolve));
    const made = make();
    return [await doing, made];
  } catch (error) {
    await doing.catch(() => {});
    throw error;
  }
};

const toRow = (accepted: Accepted): Row => {
  const { event } = accepted;
  const payload = toPayload(event);
  const id = toKey(event.id);
  const at = Date.parse(event.timestamp);
  const cells = [
    id,
    toKey(event.event_type),
    toKey(event.level),
    Number.isNaN(at) ? null : at,
    weightOf(payload),
    payload.checksum,
    payload.payload,
  ];
  return { accepted, id, payload: payload.payload, cells };
};

/** What one statement writes. */
interface Part {
  readonly rows: readonly Row[];
  readonly table: RawBuilder<unknown>;
}

const partsOf = (family: Family, rows: readonly Row[], room: number): readonly Part[] =>
  inParts(rows, room, ({ payload }) => payload).map((part) => ({
    rows: part,
    table: rowsTable(
      family,
      eventColumns,
      part.map(({ cells }) => cells),
    ),
  }));

/** The same where the usual room is too little, and what fits into none is cut. */
const fitted = async (session: Session, parts: readonly Part[]) => {
  const rows = parts.flatMap((part) => part.rows);
  const payloads = rows.map(({ payload }) => payload);
  const room = await roomFor(session, payloads);
  if (room === usualRoom(session.family)) return { room, parts };
  const whole = rows.map((row) =>
    fits(row.payload, room)
      ? row
      : toRow({ ...row.accepted, event: excerptOf(row.accepted.event) }),
  );
  return { room, parts: partsOf(session.family, whole, room) };
};

/** Answers those that were not there. */
const insertEvents = async (
  session: Session,
  parts: readonly Part[],
  now: number,
): Promise<readonly Row[]> => {
  const fresh: Row[] = [];
  for (const part of parts) fresh.push(...(await insertPart(session, part, now)));
  return fresh;
};

const insertPart = async (
  { family, tables, run }: Session,
  { rows, table }: Part,
  now: number,
): Promise<readonly Row[]> => {
  const takenIn = randomInt(2 ** 47);
  const columns = sql.raw(Object.keys(eventColumns).join(", "));
  const keep = unlessThere(family, tables.events, ["id"]);
  const { affected } = await run(sql`
    insert into ${tables.events} (taken_at, taken_in, ${columns})
    select ${integer(family, now)}, ${integer(family, takenIn)}, ${columns}
    from ${table} where true ${inOrder(family)} ${keep}`);
  if (family !== "mysql" && affected === rows.length) return rows;
  // MySQL counts what it left as it was, too.
  const ids = rows.map(({ id }) => [id]);
  const { rows: written } = await run<{ id: string }>(sql`
    select e.id from ${rowsTable(family, { id: "text" }, ids)}
    join ${tables.events} e on e.id = r.id where e.taken_in = ${takenIn}`);
  const fresh = new Set(written.map(({ id }) => id));
  return rows.filter(({ id }) => fresh.delete(id));
};

const lockEvents: Readonly<Record<Family, RawBuilder<unknown>>> = {
  sqlite: sql``,
  postgres: sql`for update of e`,
  mysql: sql`for update`,
};

type Pair = readonly [id: string, receiver: string];

/** Most events have the very receivers of the one before. */
const pairsOf = (rows: readonly Row[]): readonly Pair[] => {
  let last: readonly string[] = [];
  let keys: readonly string[] = [];
  return rows.flatMap(({ id, accepted: { receivers } }) => {
    if (receivers !== last) keys = [...new Set(receivers)].map(toKey);
    last = receivers;
    return keys.map((receiver): Pair => [id, receiver]);
  });
};

const insertDeliveries = async (
  { family, tables, run }: Session,
  pairs: readonly Pair[],
  { now, leaseUntil, isFresh }: { now: number; leaseUntil: number; isFresh: boolean },
): Promise<void> => {
  if (pairs.length === 0) return;
  const keep = unlessThere(family, tables.deliveries, ["seq", "receiver"]);
  // An old event must not be pruned before its new delivery is there.
  const hold = isFresh ? sql`` : lockEvents[family];
  await run(sql`
    insert into ${tables.deliveries}
      (seq, receiver, state, fence, lease_until, attempts, taken_at)
    select e.seq, r.receiver, 'pending', 1, ${integer(family, leaseUntil)}, 0, ${integer(family, now)}
    from ${rowsTable(family, { id: "text", receiver: "text" }, pairs)}
    join ${tables.events} e on e.id = r.id
    where true ${hold} ${keep}`);
};
