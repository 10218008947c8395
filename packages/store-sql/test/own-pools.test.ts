import { type Dialect, MysqlDialect, PostgresDialect } from "kysely";
import { createPool, type PoolOptions } from "mysql2";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { messagesOf, take } from "./support/events.ts";
import { dropTables, mariadb, newPrefix, postgres, withService } from "./support/services.ts";

let tablePrefix: string;

beforeEach(() => {
  tablePrefix = newPrefix();
});

const opened = async (dialect: Dialect): Promise<readonly string[]> => {
  const store = sqlStore({ dialect, tablePrefix });
  try {
    await store.open("test");
    await take(store, 1, 2);
    const query = { receiver: "a", limit: 9, maxBytes: 2 ** 20, leaseMs: 1_000, now: Date.now() };
    expect(await store.claim(query)).toHaveLength(2);
    return await messagesOf(store);
  } finally {
    await store.close();
  }
};

await withService(postgres, () => {
  afterEach(() => dropTables(postgres, tablePrefix));

  const withOptions = (options: pg.PoolConfig): Dialect =>
    new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url, ...options }) });

  it("refuses a pool whose driver misreads numbers, before events pass for damaged", async () => {
    const options: pg.PoolConfig & { binary: boolean } = { binary: true };
    await expect(opened(withOptions(options))).rejects.toMatchObject({ code: "driver-options" });
  });

  it.each<[string, (text: string) => unknown]>([
    ["as BigInt", BigInt],
    ["as text", String],
  ])("takes a pool that reads int8 %s", async (_how, parse) => {
    const getTypeParser = (oid: number, format?: "text") =>
      oid === 20 ? parse : pg.types.getTypeParser(oid, format);
    const types = { getTypeParser: getTypeParser as typeof pg.types.getTypeParser };
    expect(await opened(withOptions({ types }))).toEqual(["event 2", "event 1"]);
  });
});

await withService(mariadb, () => {
  afterEach(() => dropTables(mariadb, tablePrefix));

  const withOptions = (options: PoolOptions, setting?: string): Dialect => {
    const pool = createPool({ uri: mariadb.url, ...options });
    pool.on("connection", (connection) => {
      if (setting !== undefined) connection.query(`set session ${setting}`);
    });
    return new MysqlDialect({ pool });
  };

  describe("a pool of the user's", () => {
    it.each<[string, PoolOptions]>([
      ["rowsAsArray", { rowsAsArray: true }],
      ["nestTables", { nestTables: true }],
      ["typeCast", { typeCast: false }],
    ])("is refused with %s, and its error names that option", async (name, options) => {
      await expect(opened(withOptions(options))).rejects.toMatchObject({
        code: "driver-options",
        message: expect.stringContaining(name),
      });
    });

    it.each<[string, PoolOptions]>([
      ["texts for numbers and dates", { bigNumberStrings: true, dateStrings: true }],
      ["texts for all", { typeCast: (field) => field.string() }],
      ["named placeholders", { namedPlaceholders: true }],
      ["rows counted when changed alone", { flags: ["-FOUND_ROWS"] }],
    ])("may have %s", async (_what, options) => {
      const dialect = withOptions({ supportBigNumbers: true, ...options });
      expect(await opened(dialect)).toEqual(["event 2", "event 1"]);
    });

    it("is refused when its answers are cut off, which would leave rows out of sums", async () => {
      await expect(opened(withOptions({}, "sql_select_limit = 1000"))).rejects.toMatchObject({
        code: "not-usable",
        message: expect.stringContaining("sql_select_limit"),
      });
    });
  });

  it("says that an address names no database", async () => {
    const url = new URL(mariadb.url);
    url.pathname = "/";
    const store = sqlStore({ url, tablePrefix });
    await expect(store.open("test")).rejects.toMatchObject({
      code: "not-usable",
      message: expect.stringContaining("names no database"),
    });
    await store.close();
  });
});
