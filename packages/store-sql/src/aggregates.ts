import type { Aggregate, AggregateQuery, MonitorEvent, Summary } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import { horizonAt, hourMs, sketchOf, storedSketches } from "./hours.ts";
import { measures } from "./measures.ts";
import { fromPayload, type StoredEvent } from "./payload.ts";
import type { Session } from "./session.ts";
import type { Sketch } from "./sketch.ts";
import { fromText, toKey } from "./text.ts";

/** Counts and sums of a window of full hours, of the last 31 days. */
export const aggregateOf = async (
  session: Session,
  { types, since, until, metrics }: AggregateQuery,
  { now, beganAt }: { readonly now: number; readonly beganAt: number },
): Promise<Aggregate> => {
  const horizon = horizonAt(now);
  const complete_since = Math.max(beganAt, horizon * hourMs);
  const keys = [...new Set(types)].map(toKey);
  if (keys.length === 0) return { complete_since, types: {}, metrics: {} };
  const first = Math.max(horizon, Math.floor(since / hourMs));
  const end = Math.floor(until / hourMs);
  const window = sql`h.event_type in (${sql.join(keys)}) and h.hour >= ${first} and h.hour <= ${end}`;
  const found = await countsOf(session, window);
  const wanted = measures.filter((name) => metrics.includes(name));
  const summaries = wanted.length === 0 ? {} : await summariesOf(session, window, wanted);
  return { complete_since, types: found, metrics: summaries };
};

const countsOf = async (
  { tables, run }: Session,
  window: RawBuilder<unknown>,
): Promise<Aggregate["types"]> => {
  const { rows } = await run<
    StoredEvent & { readonly event_type: string; readonly n: unknown }
  >(sql`
    select l.event_type, c.n, l.id, l.checksum, l.payload
    from (
      select h.event_type, sum(h.events) as n from ${tables.hours} h
      where ${window} group by h.event_type
    ) c join ${tables.latest} l on l.event_type = c.event_type`);
  const types: Record<string, { count: number; last: MonitorEvent }> = Object.create(null);
  for (const row of rows) {
    const last = fromPayload(row);
    if (typeof last !== "string") types[fromText(row.event_type)] = { count: Number(row.n), last };
  }
  return types;
};

const summariesOf = async (
  { tables, run }: Session,
  window: RawBuilder<unknown>,
  wanted: readonly string[],
): Promise<Aggregate["metrics"]> => {
  const { rows } = await run<{ readonly sketches: unknown }>(sql`
    select h.sketches from ${tables.hours} h where ${window}`);
  const totals = new Map<string, Sketch>();
  for (const { sketches } of rows) {
    for (const [name, sketch] of storedSketches(sketches)) {
      if (wanted.includes(name)) sketchOf(totals, name).merge(sketch);
    }
  }
  const summaries: Record<string, Summary> = Object.create(null);
  for (const [name, sketch] of totals) {
    const summary = sketch.summary();
    if (summary !== undefined) summaries[name] = summary;
  }
  return summaries;
};
