import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { defaults } from "../src/config/config.ts";
import { loadConfig } from "../src/config/load.ts";
import { readConfig } from "../src/config/read.ts";

const fileWith = async (text: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "datasync-daemon-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "config.json");
  await writeFile(path, text);
  return path;
};

describe("readConfig", () => {
  it("fills in what is left out", () => {
    expect(readConfig("config.json", {})).toEqual(defaults);
    const { sync, cleanup } = readConfig("config.json", { sync: { batchRows: 50 } });
    expect(sync).toEqual({ ...defaults.sync, batchRows: 50 });
    expect(cleanup).toEqual(defaults.cleanup);
  });

  it.each([
    [{ snyc: {} }, "config.json has no option `snyc`. Did you mean `sync`?"],
    [
      { sync: { batchRow: 1 } },
      "config.json: `sync` has no option `batchRow`. Did you mean `batchRows`?",
    ],
    [
      { sync: { batchRows: "500" } },
      "config.json: `sync.batchRows` must be a whole number from 1 to 5000, but it is a string.",
    ],
    [
      { cleanup: { maxShare: 50 } },
      "config.json: `cleanup.maxShare` must be a number from 0 to 1, but it is 50.",
    ],
    [{ cleanup: null }, "config.json: `cleanup` takes an options object, but it is null."],
    [{ storage: [] }, "config.json: `storage` takes an options object, but it is an array."],
    [
      { target: { url: "" } },
      "config.json: `target.url` must be a string that is not empty, but it is empty.",
    ],
    [
      { metrics: { port: 80_000 } },
      "config.json: `metrics.port` must be a whole number from 0 to 65535, but it is 80000.",
    ],
    [[], "config.json takes an options object, but it is an array."],
  ])("says what is wrong with %j", (input, message) => {
    expect(() => readConfig("config.json", input)).toThrow(message);
  });
});

describe("loadConfig", () => {
  it("goes by datasync.config.ts, then the JSON file, then the environment", async () => {
    const path = await fileWith(
      JSON.stringify({ service: "prices", target: { url: "b.db", schema: "prices" } }),
    );
    expect(loadConfig({})).toMatchObject({ service: "datasync", sample: { rows: 100_000 } });
    expect(loadConfig({ DATASYNC_CONFIG: path })).toMatchObject({
      service: "prices",
      source: { url: "data/source.db" },
      target: { url: "b.db", schema: "prices" },
      sample: { rows: 100_000 },
    });
    const env = { DATASYNC_CONFIG: path, DATABASE_URL: "c.db", SOURCE_DATABASE_URL: "a.db" };
    expect(loadConfig(env)).toMatchObject({
      source: { url: "a.db" },
      target: { url: "c.db", schema: "prices" },
    });
  });

  it("says that the file is missing, or is not JSON, without a piece of it", async () => {
    expect(() => loadConfig({ DATASYNC_CONFIG: "/no/such/file.json" })).toThrow(
      "DATASYNC_CONFIG: /no/such/file.json cannot be read (ENOENT).",
    );
    const path = await fileWith('{ "target": { "url": postgres://datasync:hunter2@db/prices } }');
    const load = () => loadConfig({ DATASYNC_CONFIG: path });
    expect(load).toThrow("is not JSON");
    expect(load).not.toThrow(/hunter2/);
  });

  it("repeats no URL of a database that it cannot open", async () => {
    const { openDatabase } = await import("../src/database/open.ts");
    const open = () => openDatabase({ url: "mysql://datasync:hunter2@db/prices" });
    expect(open).toThrow("A database is a path to a SQLite file or a postgres:// URL");
    expect(open).not.toThrow(/hunter2/);
  });
});
