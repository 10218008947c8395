import { describe, expect, it } from "vitest";
import { eventLoopWatcher, healthChecks, heartbeat, storageWatcher } from "../src/index.ts";
import { hour, minute, rig, second } from "./support.ts";

describe("all probes on one monitor", () => {
  it("emit the guide's system events, make its status, and stop with it", async () => {
    const { clock, monitor, events, news } = rig();
    let isUp = true;
    let freeBytes = 500;
    healthChecks(monitor, {
      checks: { database: { level: "critical", run: () => isUp }, disk: () => true },
      everyRounds: 1_000,
    });
    storageWatcher(monitor, {
      paths: ["/data"],
      measure: () => ({ totalBytes: 1_000, freeBytes }),
    });
    eventLoopWatcher(monitor);
    heartbeat(monitor);

    await clock.advance(second);
    expect(news().map(({ event_type, level }) => [event_type, level])).toEqual([
      ["health_check", "info"],
      ["service_status", "info"],
    ]);

    isUp = false;
    freeBytes = 100;
    await clock.advance(5 * minute);
    expect(news().map(({ event_type, level }) => [event_type, level])).toEqual([
      ["health_check", "critical"],
      ["storage_warning", "warning"],
      ["service_status", "error"],
    ]);
    const status = await monitor.getComprehensiveStatus();
    expect(status.status).toBe("unhealthy");
    expect(status.health).toMatchObject({
      level: "critical",
      message: "1 of 2 checks fails; database: answered false",
      details: {
        checks: {
          database: { status: "failed", level: "critical", since: "2025-08-29T10:30:30.000Z" },
          disk: { status: "passed", level: "info", since: "2025-08-29T10:30:00.000Z" },
        },
      },
    });
    expect(status.storage).toMatchObject({ level: "warning", details: { path: "/data" } });
    expect(status.reasons).toHaveLength(2);

    isUp = true;
    freeBytes = 500;
    await clock.advance(5 * minute);
    expect((await monitor.getComprehensiveStatus()).status).toBe("healthy");
    news();

    const closing = monitor.close();
    await clock.advance(second);
    await closing;
    expect(clock.timers()).toBe(0);
    await clock.advance(hour);
    expect(events()).toEqual([]);
    expect(monitor.stats().refused).toEqual({ invalid: 0, closed: 0, overflow: 0, store: 0 });
  });
});
