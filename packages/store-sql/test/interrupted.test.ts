import type { DatabaseConnection, Dialect } from "kysely";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LibsqlDatabase, libsqlDialect } from "../src/drivers/libsql.ts";
import { sqlStore } from "../src/index.ts";
import { messagesOf, take } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";

let folder: Folder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

/** A dialect whose statements end, without being done, while `interrupt` says by which code. */
const interruptible = (interrupt: (statement: string) => string | undefined): Dialect => {
  const dialect = libsqlDialect(async () => {
    const { default: AsyncDatabase } = await import("libsql/promise");
    const database: LibsqlDatabase = new AsyncDatabase(folder.path("events.db"), {});
    return database;
  });
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver() {
      const driver = dialect.createDriver();
      const wrapped = (connection: DatabaseConnection): DatabaseConnection => ({
        streamQuery: (query, size) => connection.streamQuery(query, size),
        async executeQuery(query) {
          const code = interrupt(query.sql);
          if (code !== undefined) throw Object.assign(new Error("interrupted"), { code });
          return connection.executeQuery(query);
        },
      });
      return {
        init: () => driver.init(),
        acquireConnection: async () => wrapped(await driver.acquireConnection()),
        releaseConnection: (connection) => driver.releaseConnection(connection),
        beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
        commitTransaction: (connection) => driver.commitTransaction(connection),
        rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
        destroy: () => driver.destroy(),
      };
    },
  };
};

describe("a statement that an operator interrupts", () => {
  it.each(["ER_QUERY_INTERRUPTED", "57014", "1969", "ER_QUERY_TIMEOUT"])(
    "leaves no transaction open on the connection, by %s, though the rollback behind it is interrupted too",
    async (code) => {
      const left = ["commit", "rollback", "rollback"];
      let isInterrupted = false;
      const interrupt = (statement: string) => {
        if (!isInterrupted || statement !== left[0]) return undefined;
        left.shift();
        return code;
      };
      const store = sqlStore({ dialect: interruptible(interrupt) });
      await store.open("test");
      await take(store, 1);
      isInterrupted = true;
      await expect(take(store, 2)).rejects.toMatchObject({ code });
      expect(left).toEqual([]);
      expect(await messagesOf(store)).toEqual(["event 1"]);
      new Database(folder.path("events.db")).exec("begin immediate; rollback");
      await take(store, 2);
      expect(await messagesOf(store)).toEqual(["event 2", "event 1"]);
      await store.close();
    },
  );
});
