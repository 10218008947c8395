import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";

/** The databases that the store speaks; MariaDB is `mysql`. */
export type Family = "sqlite" | "postgres" | "mysql";

/** By how a dialect writes names and parameters. Undefined when it is none of the three. */
export const familyOf = (db: QueryExecutorProvider): Family | undefined => {
  const sample = sql`${sql.id("a")} ${1}`.compile(db).sql;
  return ({ '"a" ?': "sqlite", '"a" $1': "postgres", "`a` ?": "mysql" } as const)[sample];
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
