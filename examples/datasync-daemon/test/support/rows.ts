import { type DataRow, type Db, type TableName, tableNames } from "../../src/database/tables.ts";
import { MigrationManager } from "../../src/managers/migration.ts";
import { migrations } from "../../src/managers/migrations.ts";
import { coinRow, indicatorRow } from "../../src/sample/rows.ts";
import { fakeEmitter } from "./emitter.ts";

export const makeRow = { coin_data: coinRow, indicator_data: indicatorRow } as const;

/** Rows with ids from `first` on, one millisecond after another from `time` on. */
export const fill = async (
  db: Db,
  rows: number,
  { first = 1, time = 1, seed = 7 } = {},
): Promise<void> => {
  for (const table of tableNames) {
    const made = Array.from({ length: rows }, (_, index) =>
      makeRow[table](seed, first + index, time + index),
    );
    await db.insertInto(table).values(made).execute();
  }
};

export const allRows = (db: Db, table: TableName): Promise<DataRow[]> =>
  db
    .selectFrom(table)
    .select(["id", "symbol", "updated_at", table === "coin_data" ? "price" : "value"])
    .orderBy("id")
    .execute();

export const migrate = (target: Db): Promise<void> =>
  new MigrationManager({ target, migrations }, fakeEmitter()).run();
