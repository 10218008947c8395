import type { Key, Outcome } from "@datasync-monitor/core";
import { sql } from "kysely";
import { integer, whole } from "./family.ts";
import { heldBy } from "./held.ts";
import { rowsTable } from "./rows-table.ts";
import type { Session } from "./session.ts";
import { type Telling, toldBy } from "./tellings.ts";
import { toKey } from "./text.ts";

/** Writes outcomes whose lease still holds, inside a transaction; answers the others. */
export const recordOutcomes = async (
  session: Session,
  outcomes: readonly Outcome[],
  leaseUntil: number,
): Promise<readonly Key[]> => {
  if (outcomes.length === 0) return [];
  const { family, tables, run } = session;
  const { tellings, rows } = toldBy(family, outcomes);
  // What failed before still shows where a delivery succeeded at last.
  const set = (d: string) => sql`
    ${sql.raw(d)}state = r.state,
    ${sql.raw(d)}attempts = r.attempts,
    ${sql.raw(d)}batch_id = r.batch_id,
    ${sql.raw(d)}lease_until = ${integer(family, leaseUntil)},
    ${sql.raw(d)}next_at = r.next_at,
    ${sql.raw(d)}settled_at = r.settled_at,
    ${sql.raw(d)}reason = r.reason,
    ${sql.raw(d)}reference = r.reference,
    ${sql.raw(d)}resume = r.resume,
    ${sql.raw(d)}last_error = case
      when r.state = 'delivered' and r.last_error is null then d.last_error
      else r.last_error end`;
  const held = sql`d.receiver = r.receiver and d.fence = r.fence and d.state = 'pending'`;
  const { from, where } = heldBy(session, rows);
  const { affected } = await run(
    family === "mysql"
      ? sql`update ${rows} join ${tables.events} e on e.id = r.id
          join ${tables.deliveries} d on d.seq = e.seq set ${set("d.")} where ${held}`
      : sql`update ${tables.deliveries} as d set ${set("")} from ${from} where ${where}`,
  );
  if (affected === tellings.length) return [];
  const stale = new Set(await staleOf(session, tellings));
  return outcomes
    .filter((_, place) => stale.has(place))
    .map(({ event_id, receiver }) => ({ event_id, receiver }));
};

/** Where something is told that nobody holds under that fence: a settled delivery keeps its fence. */
const staleOf = async (
  { family, tables, run }: Session,
  tellings: readonly Telling[],
): Promise<readonly number[]> => {
  const rows = tellings.map(({ outcome: { event_id, receiver, fence } }, index) => [
    toKey(event_id),
    toKey(receiver),
    whole(fence),
    index,
  ]);
  const columns = { id: "text", receiver: "text", fence: "integer", at: "integer" } as const;
  const { rows: lost } = await run<{ at: unknown }>(sql`
    select r.at from ${rowsTable(family, columns, rows)}
    left join ${tables.events} e on e.id = r.id
    left join ${tables.deliveries} d
      on d.seq = e.seq and d.receiver = r.receiver and d.fence = r.fence
    where d.seq is null`);
  return lost.flatMap(({ at }) => tellings[Number(at)]?.places ?? []);
};
