import { sql } from "kysely";
import { isPostgres } from "./kind.ts";
import type { Db, TableName } from "./tables.ts";

/** Writers wait until the transaction ends. A transaction in SQLite has the whole file already. */
export const lockTables = async (transaction: Db, tables: readonly TableName[]): Promise<void> => {
  if (!isPostgres(transaction)) return;
  for (const table of tables) {
    await sql`lock table ${sql.table(table)} in share row exclusive mode`.execute(transaction);
  }
};
