import type { MonitorEvent } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import { type Family, unlessThere, whole } from "./family.ts";
import { horizonAt, hourMs, sketchOf, storedSketches } from "./hours.ts";
import { measureOf, measures } from "./measures.ts";
import { type Payload, toPayload } from "./payload.ts";
import { inParts } from "./room.ts";
import { rowsTable } from "./rows-table.ts";
import type { Session } from "./session.ts";
import type { Sketch } from "./sketch.ts";
import { toKey } from "./text.ts";

/** One type's events of one hour. */
export interface Hour {
  /** As it is stored. */
  readonly type: string;
  readonly hour: number;
  events: number;
  readonly sketches: Map<string, Sketch>;
}

interface HourRow {
  readonly event_type: string;
  readonly hour: unknown;
  readonly events: unknown;
  readonly sketches: unknown;
}

/** Events as they are added to the hours they happened in, and the latest of each type. */
export interface Counted {
  readonly hours: ReadonlyMap<string, Hour>;
  readonly latest: ReadonlyMap<string, Latest>;
  /** Far ahead of the clock: what was filed there before somebody set it right. */
  readonly absurd: number;
}

interface Latest {
  readonly at: number;
  readonly event: MonitorEvent;
}

interface LatestRow extends Payload {
  readonly type: string;
  readonly at: number;
  readonly id: string;
}

/**
 * One that claims to come from the future counts when it is taken: one wrong date must not pass for
 * the latest event for years.
 */
export const countEvents = (events: readonly MonitorEvent[], now: number): Counted => {
  const hours = new Map<string, Hour>();
  const latest = new Map<string, Latest>();
  for (const event of events) {
    const claimed = Date.parse(event.timestamp);
    const at = claimed <= now ? claimed : whole(now);
    if (Math.floor(at / hourMs) < horizonAt(now)) continue;
    const type = toKey(event.event_type);
    count(hourOf(hours, type, Math.floor(at / hourMs)), event);
    if (at >= (latest.get(type)?.at ?? at)) latest.set(type, { at, event });
  }
  return { hours, latest, absurd: whole(now) + hourMs };
};

/**
 * Files what was counted, inside a transaction. Comes last in it, for it locks rows that every
 * process writes to, always in one order.
 */
export const fileEvents = async (
  session: Session,
  { hours, latest, absurd }: Counted,
  room: number,
): Promise<void> => {
  if (hours.size === 0) return;
  await mergeHours(session, [...hours.values()].sort(inOrder));
  const rows = [...latest]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([type, { at, event }]) => ({ type, at, id: toKey(event.id), ...toPayload(event) }));
  for (const part of inParts(rows, room, ({ payload }) => payload))
    await noteLatest(session, part, absurd);
};

const inOrder = (left: Hour, right: Hour): number =>
  left.type === right.type ? left.hour - right.hour : left.type < right.type ? -1 : 1;

const hourOf = (hours: Map<string, Hour>, type: string, hour: number): Hour => {
  const key = `${hour} ${type}`;
  const known = hours.get(key);
  if (known !== undefined) return known;
  const fresh = { type, hour, events: 0, sketches: new Map<string, Sketch>() };
  hours.set(key, fresh);
  return fresh;
};

const count = (hour: Hour, event: MonitorEvent): void => {
  hour.events += 1;
  for (const name of measures) {
    const value = measureOf(event, name);
    if (value !== undefined) sketchOf(hour.sketches, name).add(value);
  }
};

const lockHours: Readonly<Record<Family, RawBuilder<unknown>>> = {
  sqlite: sql``,
  postgres: sql`for update of h`,
  mysql: sql`for update`,
};

/** MySQL would read all hours where they are few, and lock them all, in another order than others do. */
const byKey: Readonly<Record<Family, RawBuilder<unknown>>> = {
  sqlite: sql``,
  postgres: sql``,
  mysql: sql`force index (primary)`,
};

/** Only with the row locked may its sketches be read, merged and written back. */
const mergeHours = async (session: Session, hours: readonly Hour[]): Promise<void> => {
  const { family, tables, run } = session;
  const keys = () =>
    rowsTable(
      family,
      { event_type: "text", hour: "integer" },
      hours.map(({ type, hour }) => [type, hour]),
    );
  if (family !== "sqlite") {
    const keep = unlessThere(family, tables.hours, ["event_type", "hour"]);
    await run(sql`
      insert into ${tables.hours} (event_type, hour, events, sketches)
      select r.event_type, r.hour, 0, '{}' from ${keys()} where true order by r.ord ${keep}`);
  }
  const { rows } = await run<HourRow>(sql`
    select h.event_type, h.hour, h.events, h.sketches
    from ${keys()} join ${tables.hours} h ${byKey[family]} on h.event_type = r.event_type and h.hour = r.hour
    order by r.ord ${lockHours[family]}`);
  const known = new Map(rows.map((row) => [`${row.hour} ${row.event_type}`, row]));
  const merged = hours.map(({ type, hour, events, sketches }) => {
    const row = known.get(`${hour} ${type}`);
    for (const [name, sketch] of storedSketches(row?.sketches)) {
      sketchOf(sketches, name).merge(sketch);
    }
    const text = JSON.stringify(Object.fromEntries(sketches));
    return [type, hour, Number(row?.events ?? 0) + events, text];
  });
  const columns = {
    event_type: "text",
    hour: "integer",
    events: "integer",
    sketches: "long",
  } as const;
  const replace =
    family === "mysql"
      ? sql`on duplicate key update events = values(events), sketches = values(sketches)`
      : sql`on conflict (event_type, hour) do update
          set events = excluded.events, sketches = excluded.sketches`;
  await run(sql`
    insert into ${tables.hours} (event_type, hour, events, sketches)
    select r.event_type, r.hour, r.events, r.sketches
    from ${rowsTable(family, columns, merged)} where true order by r.ord ${replace}`);
};

/** The latest event of a type outlives its row in `events`: status answers need it for a month. */
const noteLatest = async (
  { family, tables: { latest }, run }: Session,
  found: readonly LatestRow[],
  absurd: number,
): Promise<void> => {
  const columns = {
    event_type: "text",
    happened_at: "integer",
    id: "text",
    checksum: "integer",
    payload: "long",
  } as const;
  const rows = found.map(({ type, at, id, checksum, payload }) => [
    type,
    at,
    id,
    checksum,
    payload,
  ]);
  const later = sql`(values(happened_at) >= ${latest}.happened_at or ${latest}.happened_at > ${absurd})`;
  const newer = (name: string) =>
    sql`${sql.id(name)} = if(${later}, values(${sql.id(name)}), ${latest}.${sql.id(name)})`;
  // MySQL assigns one after the other, so the time that is compared comes last.
  const replace =
    family === "mysql"
      ? sql`on duplicate key update ${sql.join(["id", "checksum", "payload", "happened_at"].map(newer))}`
      : sql`on conflict (event_type) do update set id = excluded.id, checksum = excluded.checksum,
          payload = excluded.payload, happened_at = excluded.happened_at
          where excluded.happened_at >= ${latest}.happened_at or ${latest}.happened_at > ${absurd}`;
  const names = sql.raw(Object.keys(columns).join(", "));
  await run(sql`
    insert into ${latest} (${names}) select ${names}
    from ${rowsTable(family, columns, rows)} where true order by r.ord ${replace}`);
};
