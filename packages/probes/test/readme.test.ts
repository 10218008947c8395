import { readFileSync } from "node:fs";
import type { MonitorEvent } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { healthChecks, storageWatcher } from "../src/index.ts";
import { GiB } from "./storage-support.ts";
import { minute, rig } from "./support.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

const samples = [...readme.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json]) =>
  JSON.parse(json ?? ""),
);

/** As the page shows it: without what is every event's, on a machine of its own. */
const shown = (event: MonitorEvent | undefined) => {
  if (event === undefined) throw new Error("There is no event.");
  const { id, timestamp, service, ...rest } = event;
  expect([typeof id, typeof timestamp, service]).toEqual(["string", "string", "datasync"]);
  return { ...rest, details: { ...rest.details, host: "web-1" } };
};

describe("README.md", () => {
  it("shows what a health check is, to the letter", async () => {
    const { clock, monitor, events } = rig();
    const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    healthChecks(monitor, {
      checks: {
        source: () => Promise.reject(new TypeError("fetch failed", { cause })),
        inbox: { level: "critical", run: () => {} },
        queue: () => ({ level: "warning", message: "12400 wait" }),
      },
    });
    await clock.advance(0);
    expect(JSON.stringify(shown(events()[0]))).toBe(JSON.stringify({ ...samples[0] }));
  });

  it("shows what a storage warning is, to the letter", async () => {
    const { clock, monitor, events } = rig();
    let used = 40 * GiB;
    storageWatcher(monitor, {
      paths: ["/var/lib/datasync"],
      measure: () => ({ totalBytes: 100 * GiB, freeBytes: 100 * GiB - used }),
    });
    for (; used < 85 * GiB; used += GiB / 8) await clock.advance(minute);
    await clock.advance(minute);
    expect(shown(events()[0])).toEqual(samples[1]);
  });
});
