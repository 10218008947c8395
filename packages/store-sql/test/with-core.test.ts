import {
  type Clock,
  ConfigError,
  createMonitor,
  DeliveryError,
  type EventStore,
  systemClock,
} from "@datasync-monitor/core";
import { checkBooks, memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlStore } from "../src/index.ts";
import { testEnds } from "./support/ends.ts";
import { type Folder, temporaryFolder } from "./support/folder.ts";

let folder: Folder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

/** The real time, which libsql's threads keep to, ahead by as much as a test says. */
let aheadMs = 0;
const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };

const monitorOn = (store: EventStore) => {
  const notifier = memoryNotifier();
  const monitor = createMonitor({ store, clock, random: () => 0.5 });
  return { monitor, notifier };
};

testEnds(() => sqlStore({ file: folder.path("events.db") }));

describe("a monitor on a SQL store", () => {
  it("says at ready() that another monitor has closed its store, for no wait opens it again", async () => {
    const store = sqlStore({ file: folder.path("events.db") });
    const first = createMonitor({ store });
    await first.ready();
    await first.close();
    const second = createMonitor({ store, onProblem: () => {} });
    const refused = second.ready().catch((error: unknown) => error);
    const waited = new Promise((resolve) => setImmediate(resolve, "it waits"));
    const answer = await Promise.race([refused, waited]);
    expect(ConfigError.is(answer) && answer.message).toContain("sqlStore()");
    await second.close();
  });

  it("delivers, and knows afterwards what became of each event", async () => {
    const store = sqlStore({ file: folder.path("events.db"), clock });
    const { monitor, notifier } = monitorOn(store);
    monitor.registerNotifier(notifier, { name: "mail" });
    await monitor.ready();
    for (const message of ["one", "two", "three"]) {
      monitor.emitEvent({ event_type: "sync_success", message, metrics: { records_synced: 5 } });
    }
    expect(await monitor.persisted()).toEqual({ committed: 3, memory_only: 0, timed_out: false });
    await monitor.flush();
    expect(notifier.events.map(({ message }) => message)).toEqual(["one", "two", "three"]);
    const { rows } = await monitor.getDeliveries({ receiver: "mail" });
    expect(rows.map(({ state, attempts }) => [state, attempts])).toEqual([
      ...[
        ["delivered", 1],
        ["delivered", 1],
        ["delivered", 1],
      ],
    ]);
    expect((await monitor.getEvents({ limit: 1 })).rows[0]?.message).toBe("three");
    expect((await monitor.getSyncMetrics()).total_records_synced).toBe(15);
    expect((await monitor.getComprehensiveStatus()).status).toBe("healthy");
    checkBooks(monitor.stats());
    await monitor.close();
  });

  it("goes on after a restart with what was left, under the same key", async () => {
    const file = folder.path("events.db");
    const first = monitorOn(sqlStore({ file, clock }));
    await first.monitor.ready();
    first.notifier.fail(new DeliveryError("unavailable", "away"), Number.POSITIVE_INFINITY);
    first.monitor.registerNotifier(first.notifier, { name: "mail" });
    first.monitor.emitEvent({ event_type: "sync_failure", message: "left behind" });
    await first.monitor.persisted();
    await expect.poll(() => first.notifier.attempts.length).toBeGreaterThan(0);
    await first.monitor.close({ deadlineMs: 100 });
    // Whoever held it is gone, and its lease runs out.
    aheadMs += 120_000;
    const second = monitorOn(sqlStore({ file, clock }));
    await second.monitor.ready();
    second.monitor.registerNotifier(second.notifier, { name: "mail" });
    await expect.poll(() => second.notifier.events.length).toBeGreaterThan(0);
    expect(second.notifier.events.map(({ message }) => message)).toEqual(["left behind"]);
    const [before] = first.notifier.attempts;
    const [after] = second.notifier.attempts;
    expect(after?.context.idempotencyKey).toBe(before?.context.idempotencyKey);
    await second.monitor.close();
  });
});
