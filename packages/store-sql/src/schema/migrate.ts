import { crc32 } from "node:zlib";
import { type RawBuilder, sql } from "kysely";
import { SqlStoreError } from "../errors.ts";
import type { Family } from "../family.ts";
import { type Connections, inTransaction, type Session, sessionOn } from "../session.ts";
import { checkConnection } from "./check.ts";
import { migrations } from "./migrations.ts";
import type { Tables } from "./tables.ts";

export interface Opening {
  readonly instance: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const lockSeconds = 30;

/**
 * Brings the tables to this program's version, and answers since when the store remembers. One process
 * at a time; killed at any statement it is done again. A schema of a newer program is left alone.
 */
export const migrate = async (
  db: Connections,
  family: Family,
  tables: Tables,
  opening: Opening,
): Promise<number> => {
  const session = sessionOn(db, family, tables);
  await checkConnection(session);
  if ((await versionOf(session)) < migrations.length) {
    if (family === "mysql") await repeatably(db, tables, opening);
    else await inTransaction(db, family, tables, (inside) => atomically(inside, opening));
  }
  // Also shows at once whether this process may write.
  const openedBy = `${opening.instance} at ${new Date(opening.now).toISOString()}`;
  await inTransaction(db, family, tables, (inside) => note(inside, "opened_by", openedBy));
  return Number(await noted(session, "began_at"));
};

/** Where a migration is a transaction. */
const atomically = async (session: Session, opening: Opening): Promise<void> => {
  if (session.family === "postgres") {
    await session.run(sql`select pg_advisory_xact_lock(${crc32(session.tables.prefix)}::bigint)`);
  }
  await upgrade(session, opening);
};

/** Where each statement that changes a table is committed by itself. */
const repeatably = (db: Connections, tables: Tables, opening: Opening): Promise<void> =>
  db.connection().execute(async (connection) => {
    const session = sessionOn(connection, "mysql", tables);
    const lock = sql`concat('datasync:', sha1(concat(database(), ${tables.prefix})))`;
    const { rows } = await session.run<{ taken: unknown }>(
      sql`select get_lock(${lock}, ${lockSeconds}) as taken`,
    );
    if (Number(rows[0]?.taken) !== 1) {
      throw new SqlStoreError(
        "migration-locked",
        "Another process is still changing the store's tables. It is tried again.",
      );
    }
    try {
      await upgrade(session, opening);
    } finally {
      await session.run(sql`select release_lock(${lock})`).catch(() => {});
    }
  });

/** From whatever version the tables are at, told again under the lock. */
const upgrade = async (session: Session, { now }: Opening): Promise<void> => {
  const { family, tables } = session;
  await session.run(createMeta(family, tables));
  const from = await versionOf(session);
  for (const migration of migrations.slice(from)) {
    for (const statement of migration(family, tables)) await session.run(statement);
  }
  if ((await noted(session, "began_at")) === undefined)
    await note(session, "began_at", String(now));
  await note(session, "version", String(Math.max(from, migrations.length)));
};

const createMeta = (family: Family, { meta }: Tables): RawBuilder<unknown> => {
  const name = family === "mysql" ? "varchar(64) character set ascii" : "varchar(64)";
  const end = family === "mysql" ? "engine=InnoDB" : "";
  return sql`create table if not exists ${meta} (
    name ${sql.raw(name)} not null primary key,
    value ${sql.raw("text")} not null
  ) ${sql.raw(end)}`;
};

/** 0: there are no tables yet. @throws SqlStoreError when a newer program made them. */
const versionOf = async (session: Session): Promise<number> => {
  const version = (await hasMeta(session)) ? await noted(session, "version") : "0";
  const found = version === undefined ? 0 : Number(version);
  if (found <= migrations.length) return found;
  throw new SqlStoreError(
    "schema-newer",
    `The tables \`${session.tables.prefix}*\` are of version ${version}, and this program knows versions up to ${migrations.length}. ` +
      "Update @datasync-monitor/store-sql, or give this program tables of its own by `tablePrefix`.",
  );
};

const hasMeta = async ({ family, tables, run }: Session): Promise<boolean> => {
  const name = `${tables.prefix}meta`;
  const queries: Readonly<Record<Family, RawBuilder<{ present: unknown }>>> = {
    sqlite: sql`select count(*) as present from sqlite_master where type = 'table' and name = ${name}`,
    postgres: sql`select count(to_regclass(${name}::text)) as present`,
    mysql: sql`select count(*) as present from information_schema.tables
      where table_schema = database() and table_name = ${name}`,
  };
  const { rows } = await run(queries[family]);
  return Number(rows[0]?.present) > 0;
};

const noted = async ({ tables, run }: Session, name: string): Promise<string | undefined> => {
  const { rows } = await run<{ value: string }>(
    sql`select value from ${tables.meta} where name = ${name}`,
  );
  return rows[0]?.value;
};

const note = async ({ family, tables, run }: Session, name: string, value: string) => {
  const replace =
    family === "mysql"
      ? sql`on duplicate key update value = ${value}`
      : sql`on conflict (name) do update set value = excluded.value`;
  await run(sql`insert into ${tables.meta} (name, value) values (${name}, ${value}) ${replace}`);
};
