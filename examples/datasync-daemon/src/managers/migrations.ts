import { isPostgres } from "../database/kind.ts";
import { type Db, type TableName, tables } from "../database/tables.ts";
import type { Migration } from "./migration.ts";

/** A table for the data, with what both have; created where it is missing. */
const createDataTable = async (
  db: Db,
  table: TableName,
  columns: Readonly<Record<string, "text" | "double precision">>,
): Promise<void> => {
  let create = db.schema
    .createTable(table)
    .ifNotExists()
    .addColumn("id", isPostgres(db) ? "bigint" : "integer", (column) => column.primaryKey())
    .addColumn("updated_at", "bigint", (column) => column.notNull());
  for (const [name, type] of Object.entries(columns)) {
    create = create.addColumn(name, type, (column) => column.notNull());
  }
  await create.execute();
  await db.schema
    .createIndex(`${table}_by_time`)
    .ifNotExists()
    .on(table)
    .columns(["updated_at", "id"])
    .execute();
};

/** Both data tables, as the source has them and the target begins with. */
export const createDataTables = async (db: Db): Promise<void> => {
  await createDataTable(db, "coin_data", {
    symbol: "text",
    price: "double precision",
    supply: "double precision",
  });
  await createDataTable(db, "indicator_data", {
    symbol: "text",
    indicator: "text",
    value: "double precision",
  });
};

/** The target's schema, from an empty database to what this release needs. Append; never change what is released. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "tables for the data and the sync's cursor",
    up: async (db) => {
      await createDataTables(db);
      await db.schema
        .createTable("datasync_cursor")
        .addColumn("table_name", "text", (column) => column.primaryKey())
        .addColumn("updated_at", "bigint", (column) => column.notNull())
        .addColumn("id", "bigint", (column) => column.notNull())
        .execute();
    },
    down: async (db) => {
      for (const table of ["datasync_cursor", "indicator_data", "coin_data"]) {
        await db.schema.dropTable(table).execute();
      }
    },
    preserves: {},
  },
  {
    version: 2,
    name: "the currency of each price",
    up: (db) =>
      db.schema
        .alterTable("coin_data")
        .addColumn("currency", "text", (column) => column.notNull().defaultTo("USD"))
        .execute(),
    down: (db) => db.schema.alterTable("coin_data").dropColumn("currency").execute(),
    preserves: { coin_data: tables.coin_data },
  },
];
