import {
  CamelCasePlugin,
  type CompiledQuery,
  Kysely,
  MssqlQueryCompiler,
  SqliteDialect,
  sql,
} from "kysely";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LibsqlDatabase, libsqlDialect } from "../src/drivers/libsql.ts";
import { sqlStore } from "../src/index.ts";
import { accepted, messagesOf, take } from "./support/events.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";

interface Shop {
  readonly orders: { readonly id: number; readonly placedAt: string };
}

let folder: Folder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

const dialectAt = (name: string) =>
  libsqlDialect(async () => {
    const { default: AsyncDatabase } = await import("libsql/promise");
    const database: LibsqlDatabase = new AsyncDatabase(folder.path(name), {});
    return database;
  });

const shopAt = (name: string) =>
  new Kysely<Shop>({ dialect: dialectAt(name), plugins: [new CamelCasePlugin()] });

describe("a Kysely of the user's", () => {
  it("serves the store whatever plugins it has, and is left open", async () => {
    const kysely = shopAt("shop.db");
    await sql`create table orders (id integer, placed_at text)`.execute(kysely);
    const store = sqlStore({ kysely, tablePrefix: "monitor_" });
    await store.open("test");
    await take(store, 1, 2);
    expect(await messagesOf(store)).toEqual(["event 2", "event 1"]);
    expect((await store.backlog())[0]).toMatchObject({ receiver: "a", pending: 2 });
    await store.close();
    await kysely.insertInto("orders").values({ id: 1, placedAt: "now" }).execute();
    expect(await kysely.selectFrom("orders").selectAll().execute()).toEqual([
      { id: 1, placedAt: "now" },
    ]);
    await kysely.destroy();
  });

  it("that is closed before the monitor is told to be so", async () => {
    const kysely = shopAt("shop.db");
    const store = sqlStore({ kysely });
    await store.open("test");
    await kysely.destroy();
    await expect(take(store, 1)).rejects.toMatchObject({
      code: "pool-closed",
      message: expect.stringContaining("close the monitor before it"),
    });
    await store.close();
  });

  it("may serve several stores, each with tables of its own", async () => {
    const kysely = shopAt("shop.db");
    const first = sqlStore({ kysely, tablePrefix: "first_" });
    const second = sqlStore({ kysely, tablePrefix: "second_" });
    await take(first, 1);
    await take(second, 2);
    expect([await messagesOf(first), await messagesOf(second)]).toEqual([["event 1"], ["event 2"]]);
    const names = new Database(folder.path("shop.db"))
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")
      .all()
      .map((row) => Object.values(Object(row))[0]);
    const tables = ["deliveries", "events", "hours", "latest", "meta"];
    expect(names.toSorted()).toEqual(
      ["first_", "second_"].flatMap((prefix) => tables.map((table) => prefix + table)),
    );
    await kysely.destroy();
  });

  it("is asked the same number of times however many events a claim cannot read", async () => {
    let statements = 0;
    const log = () => {
      statements += 1;
    };
    const kysely = new Kysely<unknown>({ dialect: dialectAt("damaged.db"), log });
    const store = sqlStore({ kysely });
    const claim = async () => {
      const before = statements;
      const query = { receiver: "a", limit: 200, maxBytes: 2 ** 20, leaseMs: 1_000 };
      expect(await store.claim({ ...query, now: Date.now() })).toEqual([]);
      return statements - before;
    };
    const damage = () => sql`update datasync_events set payload = '{}'`.execute(kysely);
    await take(store, 1);
    await damage();
    const one = await claim();
    await take(store, ...Array.from({ length: 200 }, (_, n) => n + 2));
    await damage();
    expect(await claim()).toBe(one);
    const dead = await store.deliveries({ states: ["dead"], limit: 1_000 });
    expect(dead.rows.map(({ reason }) => reason)).toEqual(Array(201).fill("corrupt"));
    await kysely.destroy();
  });

  it("keeps no claim waiting for long while it sets aside what cannot be read", async () => {
    const kysely = new Kysely<unknown>({ dialect: dialectAt("damaged.db") });
    const store = sqlStore({ kysely });
    await take(store, 1, 2, 3);
    await sql`update datasync_events set payload = '{}' where seq < 3`.execute(kysely);
    let time = 0;
    const now = vi.spyOn(performance, "now").mockImplementation(() => {
      time += 1_500;
      return time;
    });
    const claim = async () => {
      const query = { receiver: "a", limit: 1, maxBytes: 2 ** 20, leaseMs: 1_000 };
      return store.claim({ ...query, now: Date.now() });
    };
    await expect(claim()).rejects.toMatchObject({ code: "passed-over" });
    now.mockRestore();
    expect((await claim()).map(({ event }) => event.message)).toEqual(["event 3"]);
    await kysely.destroy();
  });

  it("is searched for what is old from where the part before ended, when it is pruned", async () => {
    const statements: CompiledQuery[] = [];
    const kysely = new Kysely<unknown>({
      dialect: dialectAt("old.db"),
      log: ({ query }) => void statements.push(query),
    });
    const store = sqlStore({ kysely });
    const group = { leaseMs: 0, outcomes: [] };
    const some = (from: number, receivers: readonly string[]) =>
      Array.from({ length: 200 }, (_, n) => accepted(from + n, receivers));
    await store.commit({ ...group, now: 1_000, accepted: some(0, ["gone"]) });
    await store.commit({ ...group, now: 2_000, accepted: some(200, []) });
    await store.commit({ ...group, now: 3_000, accepted: some(400, []) });
    expect(await store.prune({ before: 5_000, maxEvents: 10_000, chunk: 1_000 })).toBe(400);
    const searches = statements.filter(({ sql }) => sql.includes("e.taken_at <"));
    const begins = searches.map(({ parameters }) => parameters.slice(0, -1));
    expect(begins).toEqual([[5_000], [5_000, 2_000], [5_000, 3_000]]);
    expect(await store.backlog()).toMatchObject([{ receiver: "gone", pending: 200 }]);
    await kysely.destroy();
  });

  it("must not be a transaction", async () => {
    const kysely = shopAt("shop.db");
    await kysely.transaction().execute(async (transaction) => {
      expect(() => sqlStore({ kysely: transaction as never })).toThrow("must not be a transaction");
    });
    await kysely.destroy();
  });
});

describe("a dialect of the user's", () => {
  it("may be Kysely's own for SQLite, which waits for the disk on the main thread", async () => {
    const database = new Database(folder.path("own.db"));
    const store = sqlStore({ dialect: new SqliteDialect({ database: database as never }) });
    await store.open("test");
    await take(store, 1, 2);
    await take(store, 2, 3);
    expect(await messagesOf(store)).toEqual(["event 3", "event 2", "event 1"]);
    const claim = { receiver: "a", limit: 9, maxBytes: 2 ** 30, leaseMs: 1_000, now: Date.now() };
    expect((await store.claim(claim)).map(({ fence }) => fence)).toEqual([2, 2, 2]);
    await store.close();
  });

  it("serves the store, and is closed with it", async () => {
    const store = sqlStore({ dialect: dialectAt("dialect.db") });
    await store.open("test");
    await take(store, 1);
    expect(await messagesOf(store)).toEqual(["event 1"]);
    await store.close();
    await expect(store.events({})).rejects.toThrow("The store is closed.");
  });

  it("must be for a database that the store knows", () => {
    const dialect = {
      ...dialectAt("dialect.db"),
      createQueryCompiler: () => new MssqlQueryCompiler(),
    };
    expect(() => sqlStore({ dialect })).toThrow("`dialect` must be for SQLite, Postgres or MySQL.");
  });
});
