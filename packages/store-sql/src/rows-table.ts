import { type RawBuilder, sql } from "kysely";
import type { Family } from "./family.ts";

/** `long` is text that is too much to be taken along with the rest of its row. */
type ColumnType = "text" | "long" | "integer";
export type Columns = Readonly<Record<string, ColumnType>>;
export type Cell = string | number | null;

const longtext = "longtext character set utf8mb4 collate utf8mb4_bin";

const casts: Readonly<Record<Exclude<Family, "sqlite">, Readonly<Record<ColumnType, string>>>> = {
  postgres: { text: "text", long: "text", integer: "bigint" },
  mysql: { text: longtext, long: longtext, integer: "bigint" },
};

/**
 * Rows of one statement, sent as one parameter: a JSON array of arrays. It reads as the table `r` of
 * these columns and `ord`, their order. Faster than a parameter for each value on all three.
 */
export const rowsTable = (
  family: Family,
  columns: Columns,
  rows: readonly (readonly Cell[])[],
): RawBuilder<unknown> => {
  if (family === "sqlite") return sqliteTable(columns, rows);
  const json = JSON.stringify(rows);
  const names = Object.entries(columns);
  const type = (of: ColumnType) => sql.raw(casts[family][of]);
  if (family === "postgres") {
    const list = names.map(
      ([name, of], at) => sql`(x.v->>${sql.lit(at)})::${type(of)} as ${sql.id(name)}`,
    );
    const source = sql`json_array_elements(${json}::json) with ordinality as x(v, ord)`;
    // "offset 0" has each value read once; taken apart, the JSON would be parsed for every row it is joined to.
    return sql`(select x.ord, ${sql.join(list)} from ${source} offset 0) as r`;
  }
  const list = names.map(
    ([name, of], at) => sql`${sql.id(name)} ${type(of)} path ${sql.lit(`$[${at}]`)}`,
  );
  return sql`json_table(${json}, '$[*]' columns (ord for ordinality, ${sql.join(list)})) as r`;
};

/** Rows in their order. SQLite has them in no other, and would sort them all the same. */
export const inOrder = (family: Family): RawBuilder<unknown> =>
  family === "sqlite" ? sql`` : sql`order by r.ord`;

/**
 * SQLite writes a row's JSON out anew for each value that is taken from it. So what is long stands
 * beside the rows, in one run of bytes, and a row says where.
 */
const sqliteTable = (columns: Columns, rows: readonly (readonly Cell[])[]): RawBuilder<unknown> => {
  const names = Object.entries(columns);
  const long = names.flatMap(([, of], at) => (of === "long" ? [at] : []));
  const { cells, bytes } =
    long.length === 0 ? { cells: rows, bytes: undefined } : apart(rows, long);
  const list = names.map(([name], at) => {
    const value = sql`value->>${sql.lit(at)}`;
    const length = sql.lit(names.length + long.indexOf(at));
    return long.includes(at)
      ? sql`cast(substr(${bytes}, ${value}, value->>${length}) as text) as ${sql.id(name)}`
      : sql`${value} as ${sql.id(name)}`;
  });
  return sql`(select key as ord, ${sql.join(list)} from json_each(${JSON.stringify(cells)})) as r`;
};

/** What no UTF-16 unit is longer than in UTF-8. */
const maxUnitBytes = 3;

/** In place of each long text where its bytes begin, from 1, and at the end of the row how many they are. */
const apart = (rows: readonly (readonly Cell[])[], long: readonly number[]) => {
  let units = 0;
  for (const row of rows) for (const at of long) units += String(row[at] ?? "").length;
  const bytes = Buffer.allocUnsafe(units * maxUnitBytes);
  let end = 0;
  const cells = rows.map((row) => {
    const copy = [...row];
    for (const at of long) {
      const text = row[at];
      const length = typeof text === "string" ? bytes.write(text, end) : null;
      copy[at] = end + 1;
      copy.push(length);
      end += length ?? 0;
    }
    return copy;
  });
  return { cells, bytes: bytes.subarray(0, end) };
};
