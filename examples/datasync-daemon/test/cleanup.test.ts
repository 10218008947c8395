import { fakeClock } from "@datasync-monitor/testkit";
import { describe, expect, it, type TestContext } from "vitest";
import { CleanupManager, CleanupRefused } from "../src/managers/cleanup.ts";
import { type Engine, engines } from "./support/databases.ts";
import { fakeEmitter } from "./support/emitter.ts";
import { allRows, fill, migrate } from "./support/rows.ts";

/** Rows 1 to 100, of the milliseconds 1 to 100. */
const prepared = async (open: Engine["open"], context: TestContext, now: number) => {
  const pair = await open(context);
  await migrate(pair.target);
  await fill(pair.target, 100);
  const monitor = fakeEmitter();
  const cleanup = (more = {}) =>
    new CleanupManager(
      { target: pair.target, retentionMs: 1_000, batchRows: 10, clock: fakeClock(now), ...more },
      monitor,
    );
  return { ...pair, monitor, cleanup };
};

describe.each(engines)("CleanupManager on $name", ({ open }) => {
  it("deletes what is past its retention, and nothing else", async (context) => {
    const { target, monitor, cleanup } = await prepared(open, context, 1_026);
    await cleanup().run();
    for (const table of ["coin_data", "indicator_data"] as const) {
      const rows = await allRows(target, table);
      expect(rows.map(({ updated_at }) => updated_at)).toEqual(
        Array.from({ length: 75 }, (_, index) => index + 26),
      );
    }
    expect(monitor.tracked).toMatchObject([
      {
        operation: "cleanup",
        outcome: "success",
        metrics: { records_deleted: 50 },
        details: { before: new Date(26) },
        message: "50 old records deleted",
      },
    ]);
  });

  it("refuses to delete more than its share of a table, and deletes nothing then", async (context) => {
    const { target, monitor, cleanup } = await prepared(open, context, 1_052);
    await target.deleteFrom("coin_data").where("id", "<", 52).execute();
    await expect(cleanup().run()).rejects.toThrow(CleanupRefused);
    expect(monitor.tracked[0]?.message).toContain(
      "refused to delete 51 of the 100 rows of indicator_data (51 %): a run may delete 50 %",
    );
    expect(await allRows(target, "indicator_data")).toHaveLength(100);
    expect(await allRows(target, "coin_data")).toHaveLength(49);
  });

  it("deletes exactly its share, or all of a table where it may", async (context) => {
    const { target, cleanup } = await prepared(open, context, 1_051);
    await cleanup().run();
    expect(await allRows(target, "coin_data")).toHaveLength(50);
    await cleanup({ maxShare: 1, clock: fakeClock(5_000) }).run();
    expect(await allRows(target, "coin_data")).toEqual([]);
    await cleanup().run();
  });

  it("fails where the database refuses to write", async (context) => {
    const { target, monitor, openReadOnlyTarget, cleanup } = await prepared(open, context, 1_026);
    const replica = openReadOnlyTarget();
    await expect(cleanup({ target: replica }).run()).rejects.toThrow(/read-?only/);
    expect(monitor.tracked).toMatchObject([{ operation: "cleanup", outcome: "failure" }]);
    expect(await allRows(target, "coin_data")).toHaveLength(100);
  });

  it("ends after the batch under way when it is told to stop", async (context) => {
    const { target } = await prepared(open, context, 1_051);
    const stopping = new AbortController();
    const monitor = fakeEmitter(() => stopping.abort());
    const config = { target, retentionMs: 1_000, batchRows: 10, clock: fakeClock(1_051) };
    await new CleanupManager(config, monitor).run(stopping.signal);
    expect(await allRows(target, "coin_data")).toHaveLength(90);
    expect(await allRows(target, "indicator_data")).toHaveLength(100);
    expect(monitor.tracked).toMatchObject([
      {
        outcome: "success",
        metrics: { records_deleted: 10 },
        message: "stopped after 10 old records were deleted",
      },
    ]);
  });
});
