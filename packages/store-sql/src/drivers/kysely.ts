import { ConfigError } from "@datasync-monitor/core";
import { type Dialect, Kysely, type QueryExecutorProvider } from "kysely";
import { type Family, familyOf } from "../family.ts";
import type { Link, Source } from "../source.ts";

/**
 * A dialect of the user's. Its driver cannot be opened again once it is closed, so it stays open
 * whatever fails.
 *
 * @throws ConfigError
 */
export const dialectSource = (owner: string, dialect: unknown): Source => {
  if (!has<Dialect>(dialect, "createDriver")) throw notKysely(owner, "dialect", "a Kysely dialect");
  const db = new Kysely<unknown>({ dialect });
  const family = knownFamily(owner, "dialect", db);
  const close = async (failed: boolean) => (failed ? undefined : db.destroy());
  return { connect: async () => ({ db, family, close }) };
};

/**
 * A Kysely of the user's, who opened it and closes it.
 *
 * @throws ConfigError
 */
export const kyselySource = (owner: string, kysely: unknown): Source => {
  if (!has<Kysely<unknown>>(kysely, "withoutPlugins")) {
    throw notKysely(owner, "kysely", "an instance of Kysely");
  }
  if (kysely.isTransaction) {
    throw new ConfigError(
      "kysely",
      `${owner}: \`kysely\` must not be a transaction: what it rolls back would be lost.`,
    );
  }
  const db = kysely.withoutPlugins();
  const family = knownFamily(owner, "kysely", db);
  return { connect: async () => ({ db, family, close: async () => {} }) };
};

/** A dialect of our own, which is closed with the link. */
export const linkTo = (dialect: Dialect, family: Family): Link => {
  const db = new Kysely<unknown>({ dialect });
  return { db, family, close: () => db.destroy() };
};

/** By one method: two installed copies of Kysely share no class. */
const has = <T extends object>(value: unknown, method: keyof T & string): value is T =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, method) === "function";

const notKysely = (owner: string, option: string, what: string): ConfigError =>
  new ConfigError(option, `${owner}: \`${option}\` must be ${what}.`);

const knownFamily = (owner: string, option: string, db: QueryExecutorProvider): Family => {
  const family = familyOf(db);
  if (family !== undefined) return family;
  throw notKysely(owner, option, "for SQLite, Postgres or MySQL");
};
