import { describe, expect, it } from "vitest";
import { type StorageReading, storageWatcher } from "../src/index.ts";
import { disks, GiB, watch } from "./storage-support.ts";
import { crowd, gate, hour, minute, rig, second } from "./support.ts";

describe("a file system", () => {
  it("that is well from the start needs no words", async () => {
    const { clock, events } = watch({ "/data": 84.9 });
    await clock.advance(24 * hour);
    expect(events()).toEqual([]);
  });

  it("is told of once when it passes a threshold, with what is left of it", async () => {
    const used = { "/data": 50 };
    const { clock, news } = watch(used);
    await clock.advance(0);
    used["/data"] = 85;
    await clock.advance(minute);
    used["/data"] = 94.9;
    await clock.advance(hour);
    expect(news()).toMatchObject([
      {
        event_type: "storage_warning",
        level: "warning",
        service: "datasync",
        message: "/data is 85% full, 15 GiB of 100 GiB free",
        details: { path: "/data", status: "warning", since: "2025-08-29T10:31:00.000Z" },
        metrics: { free_bytes: 15 * GiB, total_bytes: 100 * GiB, used_ratio: 0.85 },
      },
    ]);
    used["/data"] = 95;
    await clock.advance(hour);
    expect(news()).toMatchObject([{ level: "critical", details: { status: "critical" } }]);
  });

  it("is told of in numbers that reach neither a threshold nor a unit before it does", async () => {
    const used = { "/data": 94.99 };
    const { clock, news } = watch(used);
    await clock.advance(0);
    expect(news()[0]?.message).toBe("/data is 94.9% full, 5 GiB of 100 GiB free");
    used["/data"] = 100 - 1023.96 / 1024;
    await clock.advance(minute);
    expect(news()[0]?.message).toBe("/data is 99% full, 1 GiB of 100 GiB free");
  });

  it("is over a threshold until it is clearly below it", async () => {
    const used = { "/data": 96 };
    const { clock, news } = watch(used);
    const levelsAt = async (...percents: number[]) => {
      for (const percent of percents) {
        used["/data"] = percent;
        await clock.advance(minute);
      }
      return news().map(({ level, message }) => [level, message]);
    };
    expect(await levelsAt(96)).toHaveLength(1);
    expect(await levelsAt(94, 95, 93.5, 95.5, 93)).toEqual([]);
    expect(await levelsAt(92.9)).toEqual([
      ["warning", "/data is 92.9% full, 7.1 GiB of 100 GiB free"],
    ]);
    expect(await levelsAt(94, 84, 86, 83)).toEqual([]);
    expect(await levelsAt(82.9)).toEqual([
      ["info", "/data has recovered: 82.9% full, 17.1 GiB of 100 GiB free"],
    ]);
    expect(await levelsAt(84, 82, 84.9)).toEqual([]);
    expect(await levelsAt(99)).toMatchObject([["critical", expect.any(String)]]);
    expect(await levelsAt(84)).toMatchObject([["warning", expect.any(String)]]);
    expect(await levelsAt(10)).toMatchObject([["info", expect.any(String)]]);
  });

  it("is judged by thresholds and a hysteresis of one's own", async () => {
    const used = { "/data": 60 };
    const { clock, news } = watch(used, { warnAt: 0.5, criticalAt: 0.7, hysteresis: 0.1 });
    const levelAt = async (percent: number) => {
      used["/data"] = percent;
      await clock.advance(minute);
      return news()[0]?.level;
    };
    expect(await levelAt(60)).toBe("warning");
    expect(await levelAt(70)).toBe("critical");
    expect(await levelAt(61)).toBeUndefined();
    expect(await levelAt(59)).toBe("warning");
    expect(await levelAt(41)).toBeUndefined();
    expect(await levelAt(39)).toBe("info");
  });

  it("is told of again every six hours while it is not well, since when it is so", async () => {
    const { clock, events } = watch({ "/data": 90, "/logs": 10 });
    await clock.advance(13 * hour);
    expect(events().map(({ message }) => message)).toEqual([
      "/data is 90% full, 10 GiB of 100 GiB free",
      "/data is still 90% full, 10 GiB of 100 GiB free",
      "/data is still 90% full, 10 GiB of 100 GiB free",
    ]);
    const sinces = new Set(events().map(({ details }) => details.since));
    expect([...sinces]).toEqual(["2025-08-29T10:30:00.000Z"]);
  });

  it("that the monitor could take no event of is told of after the next round", async () => {
    const { clock, monitor, events } = rig();
    const { crowded, disperse } = crowd(monitor);
    storageWatcher(crowded, disks({ "/data": 90 }));
    await clock.advance(10 * minute);
    disperse();
    await clock.advance(10 * minute);
    expect(events()).toHaveLength(1);
    expect(events()[0]?.details.since).toBe("2025-08-29T10:41:00.000Z");
  });
});

describe("several paths", () => {
  it("are told of each by itself", async () => {
    const used = { "/a": 90, "/b": 10, "/c": 99 };
    const { clock, news } = watch(used);
    await clock.advance(minute);
    expect(news().map(({ details, level }) => [details.path, level])).toEqual([
      ["/a", "warning"],
      ["/c", "critical"],
    ]);
    used["/b"] = 86;
    await clock.advance(minute);
    expect(news().map(({ details, level }) => [details.path, level])).toEqual([["/b", "warning"]]);
  });

  it("are degraded in the status until the last of them has recovered", async () => {
    const used = { "/a": 90, "/b": 97 };
    const { clock, monitor, news } = watch(used);
    const status = async () => {
      const { status, storage } = await monitor.getComprehensiveStatus();
      return [status, storage?.details.path];
    };
    await clock.advance(minute);
    news();
    used["/b"] = 10;
    await clock.advance(minute);
    expect(news().map(({ message }) => message)).toEqual([
      "/b has recovered: 10% full, 90 GiB of 100 GiB free",
      "/a is still 90% full, 10 GiB of 100 GiB free",
    ]);
    expect(await status()).toEqual(["degraded", "/a"]);
    await clock.advance(5 * hour);
    expect(news()).toEqual([]);
    used["/a"] = 10;
    await clock.advance(minute);
    expect(await status()).toEqual(["healthy", "/a"]);
  });

  it("are degraded for as long as it lasts, though a status looks back a day", async () => {
    const { clock, monitor } = watch({ "/a": 90 }, { remindMs: 12 * hour, everyMs: 6 * hour });
    for (let day = 0; day < 3; day += 1) {
      await clock.advance(24 * hour - second);
      expect((await monitor.getComprehensiveStatus()).status).toBe("degraded");
    }
  });

  it("that are given twice are watched once", async () => {
    const { clock, events } = watch({ "/a": 90 }, { paths: ["/a", "/a"] });
    await clock.advance(minute);
    expect(events()).toHaveLength(1);
  });
});

describe("the watcher", () => {
  it("stops when it is unregistered, whatever it waits for", async () => {
    const { clock, registration, events, timers } = watch(
      { "/data": 90 },
      { measure: () => gate<StorageReading>().passed },
    );
    await clock.advance(second);
    await registration.unregister();
    expect(timers()).toBe(0);
    await clock.advance(hour);
    expect(events()).toEqual([]);
    expect(registration.name).toBe("storage-watcher");
  });
});
