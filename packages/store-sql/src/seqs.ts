import type { DeliveryState } from "@datasync-monitor/core";
import { type RawBuilder, sql } from "kysely";
import type { Family } from "./family.ts";
import { rowsTable } from "./rows-table.ts";

/**
 * Whether a column of `seq` is one of these. The servers get them written out: for a subquery MySQL reads, and
 * locks, every row that it changes from, and Postgres without statistics may read all of a receiver's. SQLite keeps
 * its statement.
 */
export const isOneOf = (
  family: Family,
  column: string,
  seqs: readonly number[],
): RawBuilder<unknown> => {
  const name = sql.ref(column);
  if (family !== "sqlite") return sql`${name} in (${sql.join(seqs.map((seq) => sql.lit(seq)))})`;
  const rows = seqs.map((seq) => [seq]);
  return sql`${name} in (select r.seq from ${rowsTable(family, { seq: "integer" }, rows)})`;
};

/**
 * Whether a delivery that is found by its key is in one of these states. "coalesce" keeps Postgres from the index
 * of what is pending, which begins with the receiver: it would go through all of it for each event.
 */
export const isState = (column: string, states: readonly DeliveryState[]): RawBuilder<unknown> =>
  sql`coalesce(${sql.ref(column)}, '') in (${sql.join(states.map((one) => sql.lit(one)))})`;
