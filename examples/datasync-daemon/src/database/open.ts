import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConfigError } from "@datasync-monitor/core";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { libsqlDialect } from "./libsql.ts";
import type { Db, Tables } from "./tables.ts";

export interface DatabaseOptions {
  /** **Secret**: a SQLite file's path, or a `postgres://` URL. */
  readonly url: string;
  /** Postgres: where the tables are, instead of the user's own search path. */
  readonly schema?: string | undefined;
  /** Every write is refused by the database itself, as by a read replica. */
  readonly readOnly?: boolean | undefined;
}

const isPostgresUrl = (url: string): boolean => /^postgres(ql)?:\/\//.test(url);

const isOtherUrl = (url: string): boolean => /^\w+:\/\//.test(url);

const int8 = 20;

/** Postgres sends 64-bit integers as text; counts and milliseconds fit a number. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)),
};

const postgres = ({ url, schema, readOnly = false }: DatabaseOptions): PostgresDialect => {
  const settings = [
    ...(schema === undefined ? [] : [`-c search_path=${schema}`]),
    ...(readOnly ? ["-c default_transaction_read_only=on"] : []),
  ];
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 5_000,
    options: settings.join(" "),
    types,
  });
  // An idle connection that breaks would end the process; the next query tells what is wrong.
  pool.on("error", () => {});
  return new PostgresDialect({ pool });
};

const sqlite = ({ url, readOnly = false }: DatabaseOptions) => {
  const path = resolve(url);
  mkdirSync(dirname(path), { recursive: true });
  return libsqlDialect(path, { readOnly });
};

/** Opens SQLite or Postgres, by the look of the URL. Nothing is created but an empty SQLite file. */
export const openDatabase = (options: DatabaseOptions): Db => {
  if (isPostgresUrl(options.url)) return new Kysely<Tables>({ dialect: postgres(options) });
  if (!isOtherUrl(options.url)) return new Kysely<Tables>({ dialect: sqlite(options) });
  throw new ConfigError(
    "url",
    "A database is a path to a SQLite file or a postgres:// URL; another kind needs a dialect in `database/open.ts`.",
  );
};
