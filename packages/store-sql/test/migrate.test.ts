import { type DatabaseConnection, type Dialect, MysqlDialect, PostgresDialect } from "kysely";
import Database from "libsql";
import { createPool } from "mysql2";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LibsqlDatabase, libsqlDialect } from "../src/drivers/libsql.ts";
import { sqlStore } from "../src/index.ts";
import { messagesOf, take } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";
import {
  dropTables,
  mariadb,
  newPrefix,
  postgres,
  type Service,
  withService,
} from "./support/services.ts";

/** A dialect whose connection breaks before its nth statement, and stays broken. */
const breakingAt = (dialect: Dialect, nth: number): Dialect => ({
  ...bound(dialect),
  createDriver() {
    const driver = dialect.createDriver();
    let count = 0;
    const broken = (connection: DatabaseConnection): DatabaseConnection => ({
      streamQuery: (query, size) => connection.streamQuery(query, size),
      executeQuery: async (query) => {
        count += 1;
        // What the process that was killed would have done is undone by the database.
        if (count > nth && /^rollback|release_lock/.test(query.sql.trim())) {
          return connection.executeQuery(query);
        }
        if (count > nth) throw Object.assign(new Error("killed"), { code: "ECONNRESET" });
        return connection.executeQuery(query);
      },
    });
    const acquired = new WeakMap<DatabaseConnection, DatabaseConnection>();
    return {
      init: () => driver.init(),
      async acquireConnection() {
        const connection = await driver.acquireConnection();
        const wrapper = broken(connection);
        acquired.set(wrapper, connection);
        return wrapper;
      },
      releaseConnection: (connection) =>
        driver.releaseConnection(acquired.get(connection) ?? connection),
      beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
      commitTransaction: (connection) => driver.commitTransaction(connection),
      rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
      destroy: () => driver.destroy(),
    };
  },
});

const bound = (dialect: Dialect): Dialect => ({
  createDriver: () => dialect.createDriver(),
  createAdapter: () => dialect.createAdapter(),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createIntrospector: (db) => dialect.createIntrospector(db),
});

interface Place {
  readonly prefix: string;
  readonly dialect: () => Dialect;
}

const survivesKills = (place: () => Place): void => {
  it("that was killed at any statement is done again from there, and is whole", async () => {
    let failures = 0;
    for (let nth = 0; ; nth += 1) {
      const { prefix, dialect } = place();
      const broken = sqlStore({ dialect: breakingAt(dialect(), nth), tablePrefix: prefix });
      const opened = await Promise.resolve(broken.open("killed")).then(
        () => true,
        () => false,
      );
      await broken.close();
      if (opened) break;
      failures += 1;
      const store = sqlStore({ dialect: dialect(), tablePrefix: prefix });
      await store.open("next");
      await take(store, nth);
      expect(await messagesOf(store)).toEqual([`event ${nth}`]);
      expect((await store.backlog())[0]?.pending).toBe(1);
      await store.close();
    }
    expect(failures).toBeGreaterThan(8);
  });
};

let folder: Folder;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = folder.path("events.db");
});

afterEach(() => folder.remove());

describe("a migration on SQLite", () => {
  let count = 0;
  survivesKills(() => {
    count += 1;
    const path = folder.path(`${count}.db`);
    const open = async (): Promise<LibsqlDatabase> => {
      const { default: AsyncDatabase } = await import("libsql/promise");
      return new AsyncDatabase(path, {});
    };
    return { prefix: "datasync_", dialect: () => libsqlDialect(open) };
  });

  it("is made once by processes that start at the same time", async () => {
    const stores = Array.from({ length: 5 }, () => sqlStore({ file }));
    await Promise.all(stores.map((store, n) => store.open(`process-${n}`)));
    await Promise.all(stores.map((store, n) => take(store, n)));
    expect(await messagesOf(stores[0] ?? sqlStore({ file }))).toHaveLength(5);
    for (const store of stores) await store.close();
  });

  it("is not made where a newer program was, and nothing is touched", async () => {
    const store = sqlStore({ file });
    await store.open("newer");
    await take(store, 1);
    await store.close();
    const database = new Database(file);
    database.exec("update datasync_meta set value = '99' where name = 'version'");
    const dump = () => database.prepare("select * from datasync_meta order by name").all();
    const before = dump();
    const older = sqlStore({ file });
    const refusal = { name: "SqlStoreError", code: "schema-newer" };
    await expect(older.open("older")).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining("Update @datasync-monitor/store-sql"),
    });
    await expect(take(older, 2)).rejects.toMatchObject(refusal);
    expect(dump()).toEqual(before);
    database.exec("update datasync_meta set value = '1' where name = 'version'");
    database.close();
    expect(await messagesOf(older)).toEqual(["event 1"]);
    await older.close();
  });
});

const onServer = (service: Service, dialect: () => Dialect): void => {
  const prefixes: string[] = [];

  afterEach(async () => {
    for (const prefix of prefixes.splice(0)) await dropTables(service, prefix);
  });

  const prefixed = (): string => {
    const prefix = newPrefix();
    prefixes.push(prefix);
    return prefix;
  };

  describe("a migration", () => {
    survivesKills(() => ({ prefix: prefixed(), dialect }));

    it("is made once by processes that start at the same time", async () => {
      const tablePrefix = prefixed();
      const stores = Array.from({ length: 4 }, () => sqlStore({ url: service.url, tablePrefix }));
      await Promise.all(stores.map((store, n) => store.open(`process-${n}`)));
      await Promise.all(stores.map((store, n) => take(store, n)));
      for (const store of stores) {
        expect(await messagesOf(store)).toHaveLength(4);
        await store.close();
      }
    });
  });
};

await withService(mariadb, () => {
  onServer(mariadb, () => new MysqlDialect({ pool: createPool({ uri: mariadb.url }) }));
});

await withService(postgres, () => {
  onServer(
    postgres,
    () => new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) }),
  );
});
