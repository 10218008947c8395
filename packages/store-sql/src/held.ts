import { type RawBuilder, sql } from "kysely";
import type { Session } from "./session.ts";

/** What an `update … as d` names after `from`, and its condition. */
export interface Held {
  readonly from: RawBuilder<unknown>;
  readonly where: RawBuilder<unknown>;
}

/**
 * The pending deliveries `d` that rows `r` of id, receiver and fence name, for databases that know `update … from`.
 *
 * Postgres without statistics takes pending deliveries for next to none, and would join every one of them to
 * every row. So the rows are read first ("offset 0"), and the state is a condition of the join.
 */
export const heldBy = (
  { family, tables }: Pick<Session, "family" | "tables">,
  rows: RawBuilder<unknown>,
): Held => {
  const source = sql`${rows} join ${tables.events} e on e.id = r.id`;
  const key = sql`d.receiver = r.receiver and d.fence = r.fence`;
  return family === "postgres"
    ? {
        from: sql`(select r.*, e.seq, 'pending'::text as held from ${source} offset 0) as r`,
        where: sql`d.seq = r.seq and ${key} and d.state = r.held`,
      }
    : { from: source, where: sql`d.seq = e.seq and ${key} and d.state = 'pending'` };
};
