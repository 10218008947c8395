import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type StorageReading, storageWatcher } from "../src/index.ts";
import { systemError, watch } from "./storage-support.ts";
import { gate, hour, minute, rig, second, until } from "./support.ts";

describe("a path that cannot be read", () => {
  it("is told of once, with the code alone, and again when it can be read", async () => {
    const used: Record<string, number | Error> = { "/mnt/nfs": systemError("ESTALE") };
    const { clock, news } = watch(used);
    await clock.advance(hour);
    used["/mnt/nfs"] = systemError("EACCES");
    await clock.advance(hour);
    const told = news();
    expect(told).toMatchObject([
      {
        level: "error",
        message: "/mnt/nfs cannot be read: Error (ESTALE)",
        details: { path: "/mnt/nfs", status: "unreadable", reason: "Error (ESTALE)" },
        metrics: {},
      },
    ]);
    await clock.advance(5 * hour);
    expect(news()).toMatchObject([{ message: "/mnt/nfs still cannot be read: Error (EACCES)" }]);
    used["/mnt/nfs"] = 84;
    await clock.advance(minute);
    expect(news()).toMatchObject([
      { level: "info", message: "/mnt/nfs can be read again: 84% full, 16 GiB of 100 GiB free" },
    ]);
  });

  it.each([
    { totalBytes: 0, freeBytes: 0 },
    { totalBytes: 10, freeBytes: -1 },
    { totalBytes: 10, freeBytes: 11 },
    { totalBytes: Number.NaN, freeBytes: 0 },
    { totalBytes: Number.POSITIVE_INFINITY, freeBytes: 0 },
  ])("is one whose size is %j", async (reading) => {
    const { clock, messages } = watch({ "/proc": 0 }, { measure: () => reading });
    await clock.advance(hour);
    expect(messages()).toEqual(["/proc cannot be read: it has no size"]);
  });

  it("may be one whose reading is no object, or throws at once", async () => {
    const measure = (path: string): StorageReading => {
      if (path === "/a") throw new RangeError("no");
      return JSON.parse("null");
    };
    const { clock, messages } = watch({ "/a": 0, "/b": 0 }, { measure });
    await clock.advance(hour);
    expect(messages()).toEqual(["/a cannot be read: RangeError", "/b cannot be read: TypeError"]);
  });

  it("cannot forge a line by its name", async () => {
    const { clock, messages } = watch({ "/a\nERROR /b": new Error("no") });
    await clock.advance(0);
    expect(messages()).toEqual(["/a ERROR /b cannot be read: Error"]);
  });
});

describe("a reading that does not come", () => {
  it("is given up at its deadline, not asked for again, and the other paths are told of in time", async () => {
    const stuck = gate<StorageReading>();
    let asked = 0;
    const signals: AbortSignal[] = [];
    const measure = (path: string, signal: AbortSignal) => {
      signals.push(signal);
      if (path === "/data") return { totalBytes: 10, freeBytes: 1 };
      asked += 1;
      return stuck.passed;
    };
    const { clock, news } = watch({ "/mnt/nfs": 0, "/data": 90 }, { measure });
    await clock.advance(5 * second);
    expect(news().map(({ message }) => message)).toEqual([
      "/data is 90% full, 1 B of 10 B free",
      "/mnt/nfs cannot be read: no answer within 5000 ms",
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await clock.advance(hour);
    expect(asked).toBe(1);
    expect(news()).toEqual([]);
    stuck.open({ totalBytes: 10, freeBytes: 9 });
    await clock.advance(minute);
    expect(asked).toBe(2);
  });
});

describe("a real file system", () => {
  it("is read as `df` counts it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "probes-"));
    const { clock, monitor, events } = rig();
    // So low that any disk is over it.
    storageWatcher(monitor, { paths: [folder], warnAt: 0.000_001, criticalAt: 1 });
    await clock.advance(0);
    await until(() => events().length > 0);
    const { bsize, blocks, bfree, bavail } = await statfs(folder);
    await rm(folder, { recursive: true });
    expect(events()).toMatchObject([{ event_type: "storage_warning", details: { path: folder } }]);
    const used = (blocks - bfree) / (blocks - bfree + bavail);
    expect(events()[0]?.metrics.used_ratio).toBeCloseTo(used, 2);
    expect(events()[0]?.metrics.total_bytes).toBe((blocks - bfree + bavail) * bsize);
  });

  it("that is not there is told of by its code", async () => {
    const { clock, monitor, events, messages } = rig();
    const path = join(tmpdir(), "probes-nowhere", "at-all");
    storageWatcher(monitor, { paths: [path] });
    await clock.advance(0);
    await until(() => events().length > 0);
    expect(messages()).toEqual([`${path} cannot be read: Error (ENOENT)`]);
  });

  it("may be named by a file on it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "probes-"));
    const file = join(folder, "data.db");
    await writeFile(file, "");
    const { clock, monitor, events } = rig();
    storageWatcher(monitor, { paths: [file], warnAt: 0.000_001, criticalAt: 1 });
    await clock.advance(0);
    await until(() => events().length > 0);
    await rm(folder, { recursive: true });
    expect(events()).toMatchObject([{ details: { status: "warning" } }]);
  });
});
