import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import { serverMs } from "./drivers/deadline.ts";
import { codeOf } from "./errors.ts";
import type { Family } from "./family.ts";
import type { Tables } from "./schema/tables.ts";

/** What the store needs of a Kysely, whatever tables that one knows. */
export interface Connections extends QueryExecutorProvider {
  connection(): {
    execute<T>(work: (connection: QueryExecutorProvider) => Promise<T>): Promise<T>;
  };
}

export interface Answer<Row> {
  readonly rows: readonly Row[];
  /** How many rows were written; undefined when the driver does not tell. MySQL counts what it left as it was, too. */
  readonly affected: number | undefined;
}

/** Where statements run: one connection inside a transaction, any one outside. */
export interface Session {
  readonly family: Family;
  readonly tables: Tables;
  run<Row>(query: RawBuilder<Row>): Promise<Answer<Row>>;
}

export const sessionOn = (db: QueryExecutorProvider, family: Family, tables: Tables): Session => ({
  family,
  tables,
  async run(query) {
    const { rows, numAffectedRows } = await query.execute(db);
    return {
      rows,
      affected: numAffectedRows === undefined ? undefined : Number(numAffectedRows),
    };
  },
});

/** For the transaction alone: behind PgBouncer the next one on this connection may be somebody else's. */
const bounded = `set local statement_timeout = ${serverMs}`;

/**
 * SQLite takes the write lock at once: a transaction that read first could not get it any more. The
 * others see what is committed by each statement, and MySQL then locks no gaps between rows.
 */
const begin: Readonly<Record<Family, readonly [string, ...string[]]>> = {
  sqlite: ["begin immediate"],
  postgres: ["begin isolation level read committed", bounded],
  mysql: ["set transaction isolation level read committed", "start transaction"],
};

/** All of `work` or nothing of it. */
export const inTransaction = <T>(
  db: Connections,
  family: Family,
  tables: Tables,
  work: (session: Session) => Promise<T>,
): Promise<T> =>
  db.connection().execute(async (connection) => {
    const session = sessionOn(connection, family, tables);
    const say = (statement: string) => session.run(sql.raw(statement));
    const [first, ...others] = begin[family];
    await say(first);
    try {
      for (const statement of others) await say(statement);
      const result = await work(session);
      await say("commit");
      return result;
    } catch (error) {
      // The first error tells more: the database may have rolled back by itself.
      await rollBack(() => say("rollback"));
      throw error;
    }
  });

/**
 * The statement was not done, and the connection is sound: `pg` has given it up by its `query_timeout` and the server may
 * still be busy with the one before, or somebody interrupted it, as `KILL QUERY` does, or a bound of the server.
 */
const cutShort = /^(query-timeout|57014|ER_QUERY_INTERRUPTED|ER_QUERY_TIMEOUT|1969)$/;

/**
 * What cuts a statement short may cut short the rollback behind it, too. Handed back so, the connection would keep its
 * locks, and have its next user read and write in this transaction. The server answers within its own bound.
 */
const rollBack = async (say: () => Promise<unknown>): Promise<void> => {
  const end = performance.now() + 2 * serverMs;
  for (;;) {
    try {
      await say();
      return;
    } catch (error) {
      if (!cutShort.test(codeOf(error)) || performance.now() > end) return;
    }
  }
};
