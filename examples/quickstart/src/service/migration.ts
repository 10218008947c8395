import type { Emitter } from "@datasync-monitor/core";
import type { TableFile } from "./database.ts";
import type { TableName } from "./tables.ts";

export interface NewColumn {
  readonly table: TableName;
  readonly column: string;
  readonly definition: string;
}

export const marketCap: NewColumn = {
  table: "coin_data",
  column: "market_cap",
  definition: "market_cap REAL GENERATED ALWAYS AS (price * supply) VIRTUAL",
};

export const share: NewColumn = {
  table: "indicator_data",
  column: "share",
  definition: "share REAL GENERATED ALWAYS AS (value / 100) VIRTUAL",
};

/** Adds a column to the target, and counts that every row has a value in it. */
export const migrate = (
  monitor: Emitter,
  target: TableFile,
  { table, column, definition }: NewColumn,
): Promise<void> =>
  monitor.track(
    "migration",
    (run) => {
      target.addColumn(table, definition);
      const [rows, filled] = [target.count(table), target.count(table, column)];
      run.add("records_migrated", filled);
      if (filled !== rows) throw new Error(`${rows - filled} of ${rows} rows have no ${column}`);
      run.message(`added ${table}.${column} and found it in all ${rows} rows`);
    },
    { details: { table, column } },
  );
