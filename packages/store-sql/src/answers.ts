import {
  type Backlog,
  type Delivery,
  type DeliveryQuery,
  type DeliveryState,
  deliveryCursor,
  type EventQuery,
  eventCursor,
  type MonitorEvent,
  type Page,
} from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import type { Family } from "./family.ts";
import { failureOf, fromPayload, type StoredEvent } from "./payload.ts";
import { allOf, defaultLimit, selectDeliveries, selectEvents } from "./queries.ts";
import type { Session } from "./session.ts";
import { fromNullableText, fromText } from "./text.ts";

/** MySQL would rather read the rows in their order, with all payloads. */
const narrow: Readonly<Record<Family, RawBuilder<unknown>>> = {
  sqlite: sql``,
  postgres: sql``,
  mysql: sql`force index (scan)`,
};

/** Newest first. One that cannot be read is left out. */
export const eventsPage = async (
  { family, tables, run }: Session,
  query: EventQuery,
): Promise<Page<MonitorEvent>> => {
  const { conditions, limit = defaultLimit } = selectEvents(query);
  // What is looked for stands in a narrow index; payloads are read only of what is found.
  const { rows } = await run<StoredEvent & { readonly seq: unknown }>(sql`
    select e.seq, e.id, e.checksum, e.payload
    from (
      select e.seq from ${tables.events} e ${narrow[family]}
      where ${allOf(conditions)} order by e.seq desc limit ${limit + 1}
    ) f
    join ${tables.events} e on e.seq = f.seq
    order by e.seq desc`);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const events = page.map(fromPayload).filter((event) => typeof event !== "string");
  return { rows: events, cursor: last === undefined ? null : eventCursor(Number(last.seq)) };
};

interface DeliveryRow {
  readonly seq: unknown;
  readonly event_id: string;
  readonly receiver: string;
  readonly state: DeliveryState;
  readonly attempts: unknown;
  readonly taken_at: unknown;
  readonly next_at: unknown;
  readonly settled_at: unknown;
  readonly batch_id: unknown;
  readonly reason: unknown;
  readonly reference: unknown;
  readonly last_error: unknown;
}

/** Newest event first, then by receiver. */
export const deliveriesPage = async (
  { tables, run }: Session,
  query: DeliveryQuery,
): Promise<Page<Delivery>> => {
  const { conditions, limit = defaultLimit } = selectDeliveries(query, tables.events);
  // First which ones, from the narrow indexes; then the rest of those.
  const { rows } = await run<DeliveryRow>(sql`
    select d.seq, e.id as event_id, d.receiver, d.state, d.attempts, d.taken_at, d.next_at,
      d.settled_at, d.batch_id, d.reason, d.reference, d.last_error
    from (
      select d.seq, d.receiver from ${tables.deliveries} d
      where ${allOf(conditions)} order by d.seq desc, d.receiver limit ${limit + 1}
    ) f
    join ${tables.deliveries} d on d.seq = f.seq and d.receiver = f.receiver
    join ${tables.events} e on e.seq = d.seq
    order by d.seq desc, d.receiver`);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    rows: page.map(toDelivery),
    cursor: last ? deliveryCursor({ seq: Number(last.seq), receiver: last.receiver }) : null,
  };
};

const toDelivery = (row: DeliveryRow): Delivery => ({
  event_id: fromText(row.event_id),
  receiver: fromText(row.receiver),
  state: row.state,
  reason: fromNullableText(row.reason),
  attempts: Number(row.attempts),
  batch_id: fromNullableText(row.batch_id),
  taken_at: isoTime(row.taken_at),
  next_at: row.next_at === null ? null : isoTime(row.next_at),
  settled_at: row.settled_at === null ? null : isoTime(row.settled_at),
  reference: fromNullableText(row.reference),
  last_error: failureOf(row.last_error),
});

const isoTime = (at: unknown): string => new Date(Number(at)).toISOString();

/** What is pending at each receiver, whether or not it is registered anywhere. */
export const backlogOf = async ({ tables, run }: Session): Promise<readonly Backlog[]> => {
  const { rows } = await run<{ receiver: string; pending: unknown; oldest_at: unknown }>(sql`
    select receiver, count(*) as pending, min(taken_at) as oldest_at
    from ${tables.deliveries} where state = 'pending' group by receiver order by receiver`);
  return rows.map(({ receiver, pending, oldest_at }) => ({
    receiver: fromText(receiver),
    pending: Number(pending),
    oldest_at: isoTime(oldest_at),
  }));
};
