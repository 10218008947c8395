import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";

/** The databases that the store speaks; MariaDB is `mysql`. */
export type Family = "sqlite" | "postgres" | "mysql";

/** By how a dialect writes names and parameters. Undefined when it is none of the three. */
export const familyOf = (db: QueryExecutorProvider): Family | undefined => {
  const sample = sql`${sql.id("a")} ${1}`.compile(db).sql;
  return ({ '"a" ?': "sqlite", '"a" $1': "postgres", "`a` ?": "mysql" } as const)[sample];
};

type ColumnType = "text" | "integer";
export type Columns = Readonly<Record<string, ColumnType>>;

const casts: Readonly<Record<Family, Readonly<Record<ColumnType, string>>>> = {
  sqlite: { text: "text", integer: "integer" },
  postgres: { text: "text", integer: "bigint" },
  mysql: { text: "longtext character set utf8mb4 collate utf8mb4_bin", integer: "bigint" },
};

/**
 * Rows of one statement, sent as one parameter: a JSON array of arrays. It reads as the table `r` of
 * these columns and `ord`, their order. Faster than a parameter for each value on all three.
 */
export const rowsTable = (
  family: Family,
  columns: Columns,
  rows: readonly (readonly (string | number | null)[])[],
): RawBuilder<unknown> => {
  const json = JSON.stringify(rows);
  const names = Object.entries(columns);
  const type = (of: ColumnType) => sql.raw(casts[family][of]);
  switch (family) {
    case "sqlite": {
      const list = names.map(([name], at) => sql`value->>${sql.lit(at)} as ${sql.id(name)}`);
      return sql`(select key as ord, ${sql.join(list)} from json_each(${json})) as r`;
    }
    case "postgres": {
      const list = names.map(
        ([name, of], at) => sql`(x.v->>${sql.lit(at)})::${type(of)} as ${sql.id(name)}`,
      );
      const source = sql`json_array_elements(${json}::json) with ordinality as x(v, ord)`;
      // "offset 0" has each value read once; taken apart, the JSON would be parsed for every row it is joined to.
      return sql`(select x.ord, ${sql.join(list)} from ${source} offset 0) as r`;
    }
    case "mysql": {
      const list = names.map(
        ([name, of], at) => sql`${sql.id(name)} ${type(of)} path ${sql.lit(`$[${at}]`)}`,
      );
      return sql`json_table(${json}, '$[*]' columns (ord for ordinality, ${sql.join(list)})) as r`;
    }
  }
};

/** Ends an insert so that a row with the same key is left as it is. */
export const unlessThere = (
  family: Family,
  table: RawBuilder<unknown>,
  key: readonly [string, ...string[]],
): RawBuilder<unknown> => {
  const [first] = key;
  return family === "mysql"
    ? sql`on duplicate key update ${table}.${sql.id(first)} = ${table}.${sql.id(first)}`
    : sql`on conflict (${sql.join(key.map((name) => sql.id(name)))}) do nothing`;
};

/** A whole number where a statement does not tell its type. */
export const integer = (family: Family, value: number): RawBuilder<number> =>
  family === "postgres" ? sql`${whole(value)}::bigint` : sql`${whole(value)}`;

/** A time or count as every database can hold it: a lease for ever is one of 200,000 years. */
export const whole = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.floor(Math.max(-latest, Math.min(latest, value)));

/** The latest moment that a `Date` knows. */
const latest = 8.64e15;
