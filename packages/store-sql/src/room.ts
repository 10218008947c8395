import { type MonitorEvent, truncate } from "@datasync-monitor/core";
import { sql } from "kysely";
import type { Family } from "./family.ts";
import { measureOf, measures } from "./measures.ts";
import type { Session } from "./session.ts";

/** Of one statement, in bytes. More is written in several. */
const mostAtOnce = 2 ** 24;
/** Every server takes as much without being asked. */
const surely = 2 ** 19;
/** For the statement itself, and for what stands in a row beside its payload. */
const besides = 2 ** 14;
const rowBytes = 2 ** 10;
/** What no UTF-16 unit of a payload is longer than in a statement: a quote is escaped for JSON, then for MySQL. */
const unitBytes = 4;
const longestWord = 1_000;

const bound = (payload: string): number => rowBytes + unitBytes * payload.length;

/** As MySQL is sent it: in a JSON text within a literal. */
const exact = (payload: string): number => {
  const json = JSON.stringify(payload);
  return rowBytes + Buffer.byteLength(json) + (json.match(/["'\\]/g)?.length ?? 0);
};

/** How many bytes of rows one statement may hold for sure. */
export const usualRoom = (family: Family): number =>
  family === "mysql" ? surely : Number.POSITIVE_INFINITY;

/**
 * How many these may be. MySQL takes no more at once than its `max_allowed_packet`, and refuses what is
 * more however often it is tried.
 */
export const roomFor = async (
  { family, run }: Pick<Session, "family" | "run">,
  payloads: readonly string[],
): Promise<number> => {
  const usual = usualRoom(family);
  if (payloads.reduce((sum, one) => sum + bound(one), 0) <= usual) return usual;
  const { rows } = await run<{ room: unknown }>(sql`select @@max_allowed_packet as room`);
  return Number(rows[0]?.room) - besides;
};

export const fits = (payload: string, room: number): boolean =>
  bound(payload) <= room || exact(payload) <= room;

/** What is kept of an event for which there is no room: who said what, and what is summed up. */
export const excerptOf = (event: MonitorEvent): MonitorEvent => ({
  ...event,
  service: truncate(event.service, longestWord),
  message: truncate(event.message, longestWord),
  details: { "…": "[Truncated: more than the database takes at once]" },
  metrics: Object.fromEntries(
    measures.flatMap((name) => {
      const value = measureOf(event, name);
      return value === undefined ? [] : [[name, value]];
    }),
  ),
});

/** In order, as much together as one statement may hold. */
export const inParts = <T>(
  rows: readonly T[],
  room: number,
  payloadOf: (row: T) => string,
): readonly (readonly T[])[] => {
  const parts: T[][] = [];
  let left = 0;
  for (const row of rows) {
    const bytes = bound(payloadOf(row));
    if (parts.length === 0 || bytes > left) {
      parts.push([]);
      left = Math.min(room, mostAtOnce);
    }
    parts.at(-1)?.push(row);
    left -= bytes;
  }
  return parts;
};
