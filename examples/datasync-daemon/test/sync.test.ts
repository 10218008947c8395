import { fakeClock } from "@datasync-monitor/testkit";
import { describe, expect, it, type TestContext } from "vitest";
import { tableNames } from "../src/database/tables.ts";
import { createDataTables } from "../src/managers/migrations.ts";
import { SyncManager } from "../src/managers/sync.ts";
import { type Engine, engines } from "./support/databases.ts";
import { fakeEmitter } from "./support/emitter.ts";
import { allRows, fill, makeRow, migrate } from "./support/rows.ts";

const prepared = async (open: Engine["open"], context: TestContext) => {
  const pair = await open(context);
  await createDataTables(pair.source);
  await migrate(pair.target);
  const monitor = fakeEmitter();
  const sync = (more = {}) => new SyncManager({ ...pair, batchRows: 10, ...more }, monitor);
  return { ...pair, monitor, sync };
};

describe.each(engines)("SyncManager on $name", ({ open }) => {
  it("copies every row of every table, in batches, and tells how many", async (context) => {
    const { source, target, monitor, sync } = await prepared(open, context);
    await fill(source, 25);
    await sync().run();
    for (const table of tableNames) {
      expect(await allRows(target, table)).toEqual(await allRows(source, table));
    }
    expect(monitor.tracked).toMatchObject([
      {
        operation: "sync",
        outcome: "success",
        metrics: { records_synced: 50 },
        details: { tables: ["coin_data", "indicator_data"] },
        message: "50 records synced",
      },
    ]);
  });

  it("takes only what changed since the last run, also in another process", async (context) => {
    const { source, target, monitor, sync } = await prepared(open, context);
    await fill(source, 25);
    await sync().run();
    await source
      .updateTable("coin_data")
      .set({ price: 1.5, updated_at: 1_000 })
      .where("id", "=", 3)
      .execute();
    await fill(source, 2, { first: 26, time: 1_001 });
    await sync().run();
    await sync().run();
    expect(monitor.tracked.map(({ metrics }) => metrics.records_synced)).toEqual([50, 5, 0]);
    expect(await allRows(target, "coin_data")).toEqual(await allRows(source, "coin_data"));
  });

  it("passes over no row of many that changed in the same millisecond", async (context) => {
    const { source, target, sync } = await prepared(open, context);
    const rows = Array.from({ length: 25 }, (_, index) => makeRow.coin_data(7, index + 1, 500));
    await source.insertInto("coin_data").values(rows).execute();
    await sync().run();
    expect(await allRows(target, "coin_data")).toHaveLength(25);
  });

  it("leaves rows that have not settled to the next run", async (context) => {
    const { source, monitor, sync } = await prepared(open, context);
    const clock = fakeClock(10_000);
    await fill(source, 10, { time: 9_001 });
    const settling = sync({ settleMs: 995, clock });
    await settling.run();
    await clock.advance(1_000);
    await settling.run();
    expect(monitor.tracked.map(({ metrics }) => metrics.records_synced)).toEqual([10, 10]);
  });

  it("tells which table is gone, keeps what it copied, and goes on from there", async (context) => {
    const { source, target, monitor, sync } = await prepared(open, context);
    await fill(source, 25);
    await target.schema.dropTable("indicator_data").execute();
    await expect(sync().run()).rejects.toThrow(/indicator_data/);
    expect(monitor.tracked).toMatchObject([
      {
        outcome: "failure",
        metrics: { records_synced: 25 },
        details: { failed_table: "indicator_data" },
      },
    ]);
    await createDataTables(target);
    await sync().run();
    expect(monitor.tracked[1]).toMatchObject({
      outcome: "success",
      metrics: { records_synced: 25 },
    });
  });

  it("never keeps a cursor without its rows", async (context) => {
    const { source, target, sync } = await prepared(open, context);
    await fill(source, 10);
    await target.schema.dropTable("coin_data").execute();
    await expect(sync().run()).rejects.toThrow(/coin_data/);
    expect(await target.selectFrom("datasync_cursor").selectAll().execute()).toEqual([]);
  });

  it("copies a table anew once its cursor is forgotten", async (context) => {
    const { source, target, monitor, sync } = await prepared(open, context);
    await fill(source, 10);
    await sync().run();
    await target.deleteFrom("coin_data").execute();
    await sync().forget("coin_data");
    await sync().run();
    expect(monitor.tracked[1]?.metrics).toEqual({ records_synced: 10 });
    expect(await allRows(target, "coin_data")).toEqual(await allRows(source, "coin_data"));
  });

  it("finishes the batch under way when it is told to stop, and the next run does the rest", async (context) => {
    const { source, target, sync } = await prepared(open, context);
    await fill(source, 25);
    const stopping = new AbortController();
    const monitor = fakeEmitter(() => stopping.abort());
    await new SyncManager({ source, target, batchRows: 10 }, monitor).run(stopping.signal);
    expect(await allRows(target, "coin_data")).toHaveLength(10);
    expect(monitor.tracked).toMatchObject([
      {
        outcome: "success",
        metrics: { records_synced: 10 },
        message: "stopped after 10 records; the next run goes on from there",
      },
    ]);
    await sync().run();
    for (const table of tableNames) expect(await allRows(target, table)).toHaveLength(25);
  });
});
