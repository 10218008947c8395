import { randomInt } from "node:crypto";
import type { Accepted, Group, Key } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import { type Family, integer, unlessThere } from "./family.ts";
import { fileEvents } from "./file-events.ts";
import { leaseEnd } from "./leases.ts";
import { recordOutcomes } from "./outcomes.ts";
import { toPayload, weightOf } from "./payload.ts";
import { rowsTable } from "./rows-table.ts";
import type { Session } from "./session.ts";
import { toKey } from "./text.ts";

/** An accepted event as it is written. */
interface Row {
  readonly accepted: Accepted;
  readonly id: string;
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
  const rows = accepted.map(toRow);
  const fresh = await insertEvents(session, rows, now);
  await insertDeliveries(session, rows, { now, leaseUntil, isFresh: fresh.length === rows.length });
  const stale = await recordOutcomes(session, outcomes, leaseUntil);
  await fileEvents(
    session,
    fresh.map(({ accepted: { event } }) => event),
    now,
  );
  return stale;
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
  return { accepted, id, cells };
};

/** Answers those that were not there. */
const insertEvents = async (
  { family, tables, run }: Session,
  rows: readonly Row[],
  now: number,
): Promise<readonly Row[]> => {
  if (rows.length === 0) return [];
  const takenIn = randomInt(2 ** 47);
  const columns = sql.raw(Object.keys(eventColumns).join(", "));
  const source = rowsTable(
    family,
    eventColumns,
    rows.map(({ cells }) => cells),
  );
  const keep = unlessThere(family, tables.events, ["id"]);
  const { affected } = await run(sql`
    insert into ${tables.events} (taken_at, taken_in, ${columns})
    select ${integer(family, now)}, ${integer(family, takenIn)}, ${columns}
    from ${source} where true order by ord ${keep}`);
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

const insertDeliveries = async (
  { family, tables, run }: Session,
  rows: readonly Row[],
  { now, leaseUntil, isFresh }: { now: number; leaseUntil: number; isFresh: boolean },
): Promise<void> => {
  const pairs = rows.flatMap(({ id, accepted }) =>
    [...new Set(accepted.receivers)].map((receiver) => [id, toKey(receiver)]),
  );
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
