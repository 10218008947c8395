/** The tables of source and target. A row that changes gets the next `revision`, which is the cursor of the sync. */
export const tables = {
  coin_data: ["id", "symbol", "price", "supply", "revision"],
  indicator_data: ["id", "symbol", "indicator", "value", "revision"],
} as const;

export type TableName = keyof typeof tables;

export const tableNames = ["coin_data", "indicator_data"] as const satisfies readonly TableName[];

export const createTable: Readonly<Record<TableName, string>> = {
  coin_data: `CREATE TABLE IF NOT EXISTS coin_data (
    id INTEGER PRIMARY KEY, symbol TEXT NOT NULL, price REAL NOT NULL, supply REAL NOT NULL,
    revision INTEGER NOT NULL)`,
  indicator_data: `CREATE TABLE IF NOT EXISTS indicator_data (
    id INTEGER PRIMARY KEY, symbol TEXT NOT NULL, indicator TEXT NOT NULL, value REAL NOT NULL,
    revision INTEGER NOT NULL)`,
};
