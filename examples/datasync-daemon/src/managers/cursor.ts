import type { DataRow, Db, TableName } from "../database/tables.ts";

/** The last row that was taken, in the order of `updated_at`, then `id`. */
export type Cursor = Pick<DataRow, "updated_at" | "id">;

/** Undefined where nothing was taken yet. */
export const readCursor = (db: Db, table: TableName): Promise<Cursor | undefined> =>
  db
    .selectFrom("datasync_cursor")
    .select(["updated_at", "id"])
    .where("table_name", "=", table)
    .executeTakeFirst();

/** In the transaction that writes the rows, so that neither is kept without the other. */
export const saveCursor = async (db: Db, table: TableName, cursor: Cursor): Promise<void> => {
  const { updated_at, id } = cursor;
  await db
    .insertInto("datasync_cursor")
    .values({ table_name: table, updated_at, id })
    .onConflict((conflict) => conflict.column("table_name").doUpdateSet({ updated_at, id }))
    .execute();
};

export const forgetCursor = async (db: Db, table: TableName): Promise<void> => {
  await db.deleteFrom("datasync_cursor").where("table_name", "=", table).execute();
};
