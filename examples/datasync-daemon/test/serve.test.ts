import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { MonitorEvent } from "@datasync-monitor/core";
import { hostileHttp } from "@datasync-monitor/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../src/database/open.ts";
import { tableNames } from "../src/database/tables.ts";
import { type Built, build } from "./support/process.ts";
import { allRows } from "./support/rows.ts";

let daemon: Built;
beforeAll(async () => {
  daemon = await build();
}, 60_000);
afterAll(() => daemon.remove());

const openFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "datasync-daemon-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** A service in a folder of its own, with a webhook that records what it is told. */
const prepare = async (config: object) => {
  const folder = await openFolder();
  const standIn = await hostileHttp();
  onTestFinished(() => standIn.close());
  const path = join(folder, "config.json");
  await writeFile(path, JSON.stringify({ metrics: { port: 0 }, ...config }));
  const told = (): readonly MonitorEvent[] =>
    standIn.accepted().map(({ body }) => JSON.parse(body.toString()));
  return {
    folder,
    standIn,
    told,
    start: (env: object = {}) =>
      daemon.run(["--real"], folder, {
        DATASYNC_CONFIG: path,
        DATABASE_URL: "",
        SOURCE_DATABASE_URL: "",
        WEBHOOK_URL: standIn.url,
        ...env,
      }),
    until: async (type: string, times = 1): Promise<void> => {
      while (told().filter(({ event_type }) => event_type === type).length < times) await sleep(20);
    },
  };
};

describe("the service", () => {
  it("finishes its batch on SIGTERM, delivers what it told, and goes on from there when it is started again", async () => {
    const { folder, told, start, until } = await prepare({
      sample: { rows: 5_000, newRows: 0 },
      sync: { batchRows: 10, settleMs: 0 },
      cleanup: { retentionMs: 365 * 86_400_000 },
    });
    const first = start();
    await until("sync_start");
    first.kill("SIGTERM");
    const { code, signal, stderr } = await first.ended;
    expect({ code, signal }, stderr).toEqual({ code: 0, signal: null });
    expect(stderr).toContain("SIGTERM: the batch under way is finished");
    const [stopped] = told().filter(({ event_type }) => event_type === "sync_success");
    const copied = stopped?.metrics.records_synced ?? Number.NaN;
    expect(copied % 10).toBe(0);
    expect(copied).toBeLessThan(10_000);

    const second = start();
    await until("sync_success", 2);
    second.kill("SIGTERM");
    expect((await second.ended).code).toBe(0);
    const whole = told().filter(({ event_type }) => event_type === "sync_success")[1];
    expect(copied + (whole?.metrics.records_synced ?? 0)).toBe(10_000);
    const source = openDatabase({ url: join(folder, "data/source.db") });
    const target = openDatabase({ url: join(folder, "data/target.db") });
    for (const table of tableNames) {
      expect(await allRows(target, table)).toEqual(await allRows(source, table));
    }
    await Promise.all([source.destroy(), target.destroy()]);
  }, 60_000);

  it("delivers after a crash what it had told before, under the same ids", async () => {
    const { standIn, told, start } = await prepare({ sample: { rows: 100 } });
    await standIn.meet("refuse");
    const first = start();
    while (!first.printed().includes('"cleanup_success"')) await sleep(20);
    first.kill("SIGKILL");
    expect((await first.ended).signal).toBe("SIGKILL");
    const ids = first
      .printed()
      .split("\n")
      .filter((line) => /"(migration|sync)_/.test(line))
      .map((line): string => JSON.parse(line).id);
    expect(ids).toHaveLength(6);
    expect(told()).toEqual([]);

    await standIn.meet("accept");
    const second = start();
    const missing = () => ids.filter((id) => !told().some((event) => event.id === id));
    while (missing().length > 0) await sleep(20);
    second.kill("SIGTERM");
    expect((await second.ended).code).toBe(0);
  }, 60_000);

  it("does not write to a target that a newer release has migrated, and tells so before it ends", async () => {
    const { folder, told, start, until } = await prepare({ sample: { rows: 10 } });
    const first = start();
    await until("sync_success");
    first.kill("SIGTERM");
    await first.ended;
    const target = openDatabase({ url: join(folder, "data/target.db") });
    const row = { version: 3, name: "of a newer release", applied_at: 1 };
    await target.insertInto("datasync_schema").values(row).execute();
    await target.destroy();
    const before = told().length;
    const { code, stderr } = await start().ended;
    expect(code).toBe(1);
    expect(stderr).toContain("at version 3, and this release knows 2");
    expect(
      told()
        .slice(before)
        .map(({ event_type }) => event_type),
    ).toEqual(["migration_start", "migration_failure"]);
  }, 60_000);

  it("says in one line what is wrong with its configuration", async () => {
    const { start } = await prepare({ sync: { everyMS: 5 } });
    const { code, stderr } = await start().ended;
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(
      /^\S+config\.json: `sync` has no option `everyMS`\. Did you mean `everyMs`\?$/,
    );
  });

  it("ends at once when it cannot open a database, without its password", async () => {
    const { start } = await prepare({});
    const { code, stderr } = await start({ DATABASE_URL: "mysql://root:hunter2@db/prices" }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain("A database is a path to a SQLite file or a postgres:// URL");
    expect(stderr).not.toContain("hunter2");
  });

  it("knows one argument", async () => {
    const { code, stderr } = await daemon.run(["--reel"], await openFolder(), {}).ended;
    expect(code).toBe(1);
    expect(stderr.trim()).toBe("Usage: npm run daemon, or npm run daemon -- --real");
  });
});
