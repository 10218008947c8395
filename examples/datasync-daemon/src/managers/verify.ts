import { type Fingerprint, fingerprint } from "../database/fingerprint.ts";
import { type Db, type TableName, tableNames } from "../database/tables.ts";

/** Columns whose values must stay what they are. */
export type Preserved = Partial<Record<TableName, readonly string[]>>;

/** What the preserved columns held, by table. */
export type Snapshot = ReadonlyMap<TableName, Fingerprint>;

export const preservedTables = (preserved: Preserved): readonly TableName[] =>
  tableNames.filter((table) => preserved[table] !== undefined);

export const takeSnapshot = async (db: Db, preserved: Preserved): Promise<Snapshot> => {
  const snapshot = new Map<TableName, Fingerprint>();
  for (const table of preservedTables(preserved)) {
    snapshot.set(table, await fingerprint(db, table, preserved[table] ?? []));
  }
  return snapshot;
};

export const rowsOf = (snapshot: Snapshot): number =>
  [...snapshot.values()].reduce((total, { rows }) => total + rows, 0);

/** One sentence for the first difference; undefined when there is none. */
export const differenceOf = (before: Snapshot, after: Snapshot): string | undefined => {
  for (const [table, was] of before) {
    const is = after.get(table);
    if (is?.rows !== was.rows) return `${table} had ${was.rows} rows and would have ${is?.rows}`;
    if (is.checksum !== was.checksum) return `${table} would not hold the same values`;
  }
  return undefined;
};
