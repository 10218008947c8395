import { ConfigError, createMonitor } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import {
  type EventLoopWatcherOptions,
  eventLoopWatcher,
  type HealthChecksOptions,
  type HeartbeatOptions,
  healthChecks,
  heartbeat,
  type StorageWatcherOptions,
  storageWatcher,
} from "../src/index.ts";
import { rig } from "./support.ts";

const ok = () => {};
const paths = ["/"];

const refused = (make: () => unknown, message: string) => {
  expect(make).toThrow(message);
  expect(make).toThrow(ConfigError);
};

describe("a wrong option of healthChecks()", () => {
  it.each([
    [undefined, "takes an options object"],
    [{}, "`checks` must have 1 to 100 checks by name"],
    [{ checks: {} }, "`checks` must have 1 to 100"],
    [{ checks: [ok] }, "`checks` must have 1 to 100"],
    [{ checks: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, ok])) }, "1 to 100"],
    [{ checks: { "": ok } }, "A check's name is one line of 1 to 64 characters"],
    [{ checks: { "a\nb": ok } }, "A check's name is one line"],
    [{ checks: { ["x".repeat(65)]: ok } }, "A check's name is one line"],
    [{ checks: { db: "ping" } }, "`checks.db` must be a function, such as `() => ping()`"],
    [{ checks: { db: Promise.resolve(true) } }, "`checks.db` must be a function, such as"],
    [{ checks: { db: null } }, "`checks.db` must be a function"],
    [{ checks: { db: { level: "critical" } } }, "`checks.db` must be a function"],
    [{ checks: { db: { run: ok, levle: "critical" } } }, "Did you mean `level`?"],
    [{ checks: { db: { run: ok, level: "info" } } }, "`checks.db.level` must be one of"],
    [{ checks: { db: ok }, everyMS: 1 }, "Did you mean `everyMs`?"],
    [{ checks: { db: ok }, everyMs: 99 }, "`everyMs` must be a number from 100"],
    [{ checks: { db: ok }, timeoutMs: 0 }, "`timeoutMs` must be a number from 1"],
    [{ checks: { db: ok }, everyRounds: 0.5 }, "`everyRounds` must be a whole number from 1"],
  ])("is named: %j", (options, message) => {
    const { monitor } = rig();
    refused(() => healthChecks(monitor, options as unknown as HealthChecksOptions), message);
  });
});

describe("a wrong option of storageWatcher()", () => {
  it.each([
    [undefined, "takes an options object"],
    [{}, "`paths` must be 1 to 100 paths"],
    [{ paths: "/" }, "`paths` must be 1 to 100 paths"],
    [{ paths: [] }, "`paths` must be 1 to 100 paths"],
    [{ paths: [""] }, "`paths` must be 1 to 100 paths"],
    [{ paths: Array.from({ length: 101 }, (_, n) => `/${n}`) }, "`paths` must be 1 to 100 paths"],
    [{ path: "/" }, "Did you mean `paths`?"],
    [{ paths, warnAt: 0 }, "`warnAt` must be a number from"],
    [{ paths, warnAt: 85 }, "`warnAt` must be a number from"],
    [{ paths, criticalAt: 1.1 }, "`criticalAt` must be a number from"],
    [{ paths, warnAt: 0.95 }, "`criticalAt` must be above `warnAt` (0.95), but it is 0.95"],
    [{ paths, hysteresis: -0.1 }, "`hysteresis` must be a number from 0"],
    [{ paths, everyMs: 86_400_000 }, "`everyMs` must be a number from 100 to 21600000"],
    [{ paths, remindMs: 86_400_000 }, "`remindMs` must be a number from 1000 to 43200000"],
    [{ paths, timeoutMs: -1 }, "`timeoutMs` must be a number from 1"],
    [{ paths, measure: {} }, "`measure` must be a function"],
  ])("is named: %j", (options, message) => {
    const { monitor } = rig();
    refused(() => storageWatcher(monitor, options as unknown as StorageWatcherOptions), message);
  });
});

describe("a wrong option of eventLoopWatcher()", () => {
  it.each([
    [null, "takes an options object"],
    [{ treshold: 1 }, "has no option `treshold`"],
    [{ thresholdMs: 1 }, "`thresholdMs` must be a number from 10"],
    [{ everyMs: "1 s" }, "`everyMs` must be a number from 100"],
    [{ cooldownMs: -1 }, "`cooldownMs` must be a number from 0"],
    [{ remindMs: 0 }, "`remindMs` must be a number from 1000"],
  ])("is named: %j", (options, message) => {
    const { monitor } = rig();
    refused(
      () => eventLoopWatcher(monitor, options as unknown as EventLoopWatcherOptions),
      message,
    );
  });
});

describe("a wrong option of heartbeat()", () => {
  it.each([
    [null, "takes an options object"],
    [{ intervalMs: 1 }, "has no option `intervalMs`"],
    [{ everyMs: Number.NaN }, "`everyMs` must be a number from 100"],
    [{ timeoutMs: 0 }, "`timeoutMs` must be a number from 1"],
  ])("is named: %j", (options, message) => {
    const { monitor } = rig();
    refused(() => heartbeat(monitor, options as unknown as HeartbeatOptions), message);
  });
});

describe("a monitor that is closed", () => {
  it.each([
    ["healthChecks", healthChecks],
    ["storageWatcher", storageWatcher],
    ["eventLoopWatcher", eventLoopWatcher],
    ["heartbeat", heartbeat],
  ])("takes no %s", async (name, probe) => {
    const monitor = createMonitor();
    await monitor.close();
    const options: Record<string, object> = {
      healthChecks: { checks: { one: ok } },
      storageWatcher: { paths },
    };
    const attach = probe as (on: typeof monitor, options: object | undefined) => unknown;
    refused(() => attach(monitor, options[name]), "The monitor is closed");
  });
});

describe("a monitor that is none", () => {
  const one = { checks: { one: ok } };
  it.each([
    ["healthChecks", (monitor: never) => healthChecks(monitor, one)],
    ["storageWatcher", (monitor: never) => storageWatcher(monitor, { paths })],
    ["eventLoopWatcher", (monitor: never) => eventLoopWatcher(monitor)],
    ["heartbeat", (monitor: never) => heartbeat(monitor)],
  ])("is refused by %s, as a child is, which has no life of its own", (_, probe) => {
    const others = [undefined, null, {}, "datasync", Promise.resolve(rig().monitor)];
    for (const monitor of [...others, rig().monitor.child({})])
      refused(() => probe(monitor as never), "takes the monitor, from createMonitor()");
  });
});
