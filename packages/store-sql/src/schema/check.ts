import { type RawBuilder, sql } from "kysely";
import { SqlStoreError } from "../errors.ts";
import type { Family } from "../family.ts";
import type { Session } from "../session.ts";

/** Of more than two bytes in UTF-16, and of more than three in UTF-8. */
const sample = "数𝄞";
/** Of more than 32 bits: checksums are nearly as long. */
const number = 2 ** 47 - 1;

interface Found {
  readonly text: unknown;
  readonly number: unknown;
  /** What else must be so, and is not. */
  readonly amiss?: unknown;
}

interface Check {
  readonly query: RawBuilder<Found>;
  readonly text: string;
  /** What is wrong when another text comes back. */
  readonly needs: string;
}

const checks: Readonly<Record<Family, Check>> = {
  sqlite: {
    query: sql`select cast(${Buffer.from(sample)} as text) as text, ${sql.lit(number)} as number`,
    text: sample,
    needs: "The SQLite database must be of encoding UTF-8: events are written as such.",
  },
  postgres: {
    // Only what has parameters comes in binary form where the pool asks for it.
    query: sql`select current_setting('server_encoding') as text, ${number}::bigint as number`,
    text: "UTF8",
    needs:
      "The Postgres database must be of encoding UTF8: it cannot hold every character otherwise.",
  },
  mysql: {
    // What ends in a backslash comes back with two where its driver's escapes mean nothing.
    query: sql`select ${`${sample}\\`} as text, ${sql.lit(number)} as number, case
      when database() is null then 'database'
      when @@sql_select_limit < ${sql.lit(number)} then 'limit'
    end as amiss`,
    text: `${sample}\\`,
    needs:
      'The connection must be of charset "utf8mb4", and its sql_mode without NO_BACKSLASH_ESCAPES: it cannot carry every character otherwise.',
  },
};

const amiss = new Map([
  ["database", "The address names no database: mysql://user:password@host/database."],
  ["limit", "The connection needs sql_select_limit = DEFAULT: sums would leave out rows."],
]);

/**
 * A database or connection that cannot carry every character would refuse events, or garble them; and with a driver
 * that reads numbers or rows in its own way every event would pass for damaged.
 */
export const checkConnection = async ({ family, run }: Session): Promise<void> => {
  const { query, text, needs } = checks[family];
  const [row] = (await run(query)).rows;
  if (typeof row?.text !== "string" || Number(row.number) !== number) {
    throw new SqlStoreError(
      "driver-options",
      "The driver gives rows, texts or whole numbers back in another form: leave out options such as `rowsAsArray`, `nestTables`, `typeCast` and `binary`.",
    );
  }
  if (row.text !== text) throw new SqlStoreError("encoding", needs);
  const found = amiss.get(String(row.amiss));
  if (found !== undefined) throw new SqlStoreError("not-usable", found);
};
