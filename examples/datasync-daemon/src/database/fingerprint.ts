import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Db, TableName } from "./tables.ts";

/** What a table holds in some of its columns, in two values: the same on both kinds of database. */
export interface Fingerprint {
  readonly rows: number;
  /** SHA-256 of the values, in the order of `id`. */
  readonly checksum: string;
}

export interface IdRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const pageRows = 1_000;

/** Reads the table, or a range of its ids, in pages, so that others have the event loop in between. */
export const fingerprint = async (
  db: Db,
  table: TableName,
  columns: readonly string[],
  { from, to }: IdRange = {},
): Promise<Fingerprint> => {
  let all = db.selectFrom(table).select([...new Set(["id", ...columns])]);
  if (from !== undefined) all = all.where("id", ">=", from);
  if (to !== undefined) all = all.where("id", "<=", to);
  const hash = createHash("sha256");
  let rows = 0;
  let page = await all.orderBy("id").limit(pageRows).execute();
  while (true) {
    for (const row of page) hash.update(JSON.stringify(columns.map((column) => row[column])));
    rows += page.length;
    const last = page.at(-1);
    if (last === undefined) return { rows, checksum: hash.digest("hex") };
    await setImmediate();
    page = await all.where("id", ">", Number(last.id)).orderBy("id").limit(pageRows).execute();
  }
};
