import { sql } from "kysely";
import { describe, expect, it, type TestContext } from "vitest";
import { openDatabase } from "../src/database/open.ts";
import { type Db, tables } from "../src/database/tables.ts";
import { type Migration, MigrationManager } from "../src/managers/migration.ts";
import { migrations } from "../src/managers/migrations.ts";
import { type Engine, engines } from "./support/databases.ts";
import { fakeEmitter } from "./support/emitter.ts";
import { allRows, fill, migrate } from "./support/rows.ts";

/** The next version; what it does to the target is told by the test. */
const step = (up: (db: Db) => Promise<unknown>, more: Partial<Migration> = {}): Migration => ({
  version: migrations.length + 1,
  name: "a step",
  up,
  down: async () => {},
  preserves: { coin_data: tables.coin_data },
  ...more,
});

/** A database that must not be asked. */
const neverAsked = openDatabase({ url: "postgres://127.0.0.1:1/none" });

const prepared = async (open: Engine["open"], context: TestContext) => {
  const pair = await open(context);
  const monitor = fakeEmitter();
  const manager = (...more: readonly Migration[]) =>
    new MigrationManager({ target: pair.target, migrations: [...migrations, ...more] }, monitor);
  return { ...pair, monitor, manager };
};

describe.each(engines)("MigrationManager on $name", ({ open }) => {
  it("takes an empty database to the latest version, a told step at a time, once", async (context) => {
    const { monitor, manager } = await prepared(open, context);
    expect(await manager().version()).toBe(0);
    await manager().run();
    await manager().run();
    expect(await manager().version()).toBe(2);
    expect(monitor.tracked).toMatchObject([
      {
        operation: "migration",
        outcome: "success",
        details: { version: 1, direction: "up", name: "tables for the data and the sync's cursor" },
        message: "schema up to version 1: tables for the data and the sync's cursor",
      },
      { outcome: "success", details: { version: 2 }, metrics: { records_migrated: 0 } },
    ]);
  });

  it("tells how many rows it found unchanged", async (context) => {
    const { target, monitor, manager } = await prepared(open, context);
    await migrate(target);
    await fill(target, 30);
    const rename = step((db) =>
      db.schema.alterTable("coin_data").addColumn("venue", "text").execute(),
    );
    await manager(rename).run();
    expect(monitor.tracked).toMatchObject([
      { outcome: "success", metrics: { records_migrated: 30 } },
    ]);
  });

  /** Runs a step over 30 rows; answers what it told and whether the rows are as before. */
  const attempt = async (context: TestContext, migration: Migration) => {
    const { target, monitor, manager } = await prepared(open, context);
    await migrate(target);
    await fill(target, 30);
    const before = await allRows(target, "coin_data");
    const error: unknown = await manager(migration)
      .run()
      .catch((thrown: unknown) => thrown);
    expect(await manager(migration).version()).toBe(2);
    expect(await allRows(target, "coin_data")).toEqual(before);
    return { error, told: monitor.tracked[0], target };
  };

  it("rolls back a step that changes one preserved value a little", async (context) => {
    const { error, told } = await attempt(
      context,
      step((db) => sql`update coin_data set price = price + 0.0001 where id = 7`.execute(db)),
    );
    expect(error).toMatchObject({
      message: "verification failed: coin_data would not hold the same values",
    });
    expect(told).toMatchObject({ outcome: "failure", details: { version: 3, rolled_back: true } });
    expect(told?.metrics).toEqual({});
  });

  it("rolls back a step that loses a row", async (context) => {
    const { error } = await attempt(
      context,
      step((db) => sql`delete from coin_data where id = 7`.execute(db)),
    );
    expect(error).toMatchObject({
      message: "verification failed: coin_data had 30 rows and would have 29",
    });
  });

  it("rolls back a step that moves values from one row to another", async (context) => {
    const { error } = await attempt(
      context,
      step((db) => sql`update coin_data set id = -id where id in (7, 8)`.execute(db)),
    );
    expect(error).toMatchObject({ message: expect.stringContaining("verification failed") });
  });

  it("rolls back the schema too, when a step fails midway", async (context) => {
    const failing = step(async (db) => {
      await db.schema.alterTable("coin_data").addColumn("venue", "text").execute();
      await sql`update coin_data set no_such_column = 1`.execute(db);
    });
    const { told, target } = await attempt(context, failing);
    expect(told).toMatchObject({ outcome: "failure", details: { rolled_back: true } });
    const row = await target.selectFrom("coin_data").selectAll().executeTakeFirst();
    expect(row).not.toHaveProperty("venue");
  });

  it("leaves the steps after one that failed", async (context) => {
    const { target, monitor, manager } = await prepared(open, context);
    await migrate(target);
    const failing = step((db) => db.schema.dropTable("no_such_table").execute());
    const next = step((db) => db.schema.createTable("late").execute(), { version: 4 });
    await expect(manager(failing, next).run()).rejects.toThrow(/no_such_table/);
    expect(monitor.tracked.map(({ details }) => details.version)).toEqual([3]);
  });

  it("takes the last step back, and forward again", async (context) => {
    const { target, monitor, manager } = await prepared(open, context);
    await migrate(target);
    await fill(target, 5);
    await manager().revert();
    expect(await manager().version()).toBe(1);
    expect(await target.selectFrom("coin_data").selectAll().executeTakeFirst()).not.toHaveProperty(
      "currency",
    );
    await manager().run();
    expect(await target.selectFrom("coin_data").selectAll().executeTakeFirst()).toMatchObject({
      currency: "USD",
    });
    expect(monitor.tracked.map(({ message }) => message)).toEqual([
      "schema down to version 1: the currency of each price",
      "schema up to version 2: the currency of each price",
    ]);
  });

  it("refuses a target that a newer release has migrated", async (context) => {
    const { target, monitor } = await prepared(open, context);
    await migrate(target);
    const older = new MigrationManager({ target, migrations: migrations.slice(0, 1) }, monitor);
    await expect(older.run()).rejects.toThrow(/at version 2, and this release knows 1/);
    expect(monitor.tracked).toMatchObject([{ operation: "migration", outcome: "failure" }]);
  });
});

// A second writer in one process cannot wait for SQLite's lock: waiting blocks the one who holds it.
describe.each(engines.filter(({ name }) => name !== "SQLite"))(
  "MigrationManager on $name",
  ({ open }) => {
    it("takes each step once when two processes begin together", async (context) => {
      const { target, openTarget } = await open(context);
      await migrate(target);
      const late = fakeEmitter();
      const asked = new Promise<void>((resolve) => {
        const { track } = late;
        late.track = (...args) => {
          resolve();
          return track(...args);
        };
      });
      const other = { target: openTarget(), run: Promise.resolve() };
      let times = 0;
      const counted = step(async (db) => {
        times += 1;
        if (times === 1) {
          const config = { target: other.target, migrations: [...migrations, counted] };
          other.run = new MigrationManager(config, late).run();
          await asked; // now it too is going to take the step
        }
        await db.schema.alterTable("coin_data").addColumn("venue", "text").execute();
      });
      const config = { target, migrations: [...migrations, counted] };
      await new MigrationManager(config, fakeEmitter()).run();
      await other.run;
      expect(times).toBe(1);
      expect(late.tracked).toMatchObject([{ outcome: "success" }]);
    });
  },
);

describe("MigrationManager", () => {
  it("names the migration whose version is out of order", () => {
    const config = { migrations: [step(async () => {})] };
    expect(() => new MigrationManager({ ...config, target: neverAsked }, fakeEmitter())).toThrow(
      'Migration "a step" has version 3 where 1 belongs',
    );
  });
});
