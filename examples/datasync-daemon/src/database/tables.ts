import type { Kysely } from "kysely";

/** What every table here has: a key, and when the row last changed. Other columns pass through by name. */
export interface DataRow {
  readonly id: number;
  /** Milliseconds since the epoch. The sync goes by it, and so does the retention. */
  readonly updated_at: number;
  readonly [column: string]: string | number | null;
}

/** The tables that are synchronised, with their columns. */
export const tables = {
  coin_data: ["id", "symbol", "price", "supply", "updated_at"],
  indicator_data: ["id", "symbol", "indicator", "value", "updated_at"],
} as const;

export type TableName = keyof typeof tables;

export const tableNames = ["coin_data", "indicator_data"] as const satisfies readonly TableName[];

/** How far the sync of a table has come: the last row it took, in the order of `updated_at`, then `id`. */
interface CursorRow {
  readonly table_name: string;
  readonly updated_at: number;
  readonly id: number;
}

/** One row for each migration that is done. */
interface SchemaRow {
  readonly version: number;
  readonly name: string;
  readonly applied_at: number;
}

export interface Tables extends Record<TableName, DataRow> {
  readonly datasync_cursor: CursorRow;
  readonly datasync_schema: SchemaRow;
}

/** A database, or a transaction in one. */
export type Db = Kysely<Tables>;
