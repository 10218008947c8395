import { fingerprint } from "../database/fingerprint.ts";
import { type Db, tableNames, tables } from "../database/tables.ts";

export interface DataAccount {
  /** Rows of both tables that are the same in source and target. */
  readonly same: number;
  /** One sentence for each table that differs. */
  readonly faults: readonly string[];
}

/** Compares what the source has since a time, which no cleanup may touch, with the same in the target. */
export const compareData = async (source: Db, target: Db, since: number): Promise<DataAccount> => {
  const faults: string[] = [];
  let same = 0;
  for (const table of tableNames) {
    const { first } = await source
      .selectFrom(table)
      .select(({ fn }) => fn.min("id").as("first"))
      .where("updated_at", ">=", since)
      .executeTakeFirstOrThrow();
    const range = { from: Number(first) };
    const was = await fingerprint(source, table, tables[table], range);
    const is = await fingerprint(target, table, tables[table], range);
    if (is.rows === was.rows && is.checksum === was.checksum) same += is.rows;
    else faults.push(`${table}: the target's ${is.rows} rows differ from the source's ${was.rows}`);
  }
  return { same, faults };
};
