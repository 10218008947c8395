import { describe, expect, it } from "vitest";
import { ConfigError } from "../src/errors.ts";
import { cleanupMetrics, migrationMetrics, syncMetrics } from "../src/status.ts";
import type { EventStore } from "../src/store/store.ts";
import { day, now, runsOf, storeOf } from "./support/status-kit.ts";
import { hour, iso, minute } from "./support/store-kit.ts";

const near = (value: number) => {
  const isNear = (actual: unknown) =>
    typeof actual === "number" && Math.abs(actual - value) <= 0.02 * value;
  return { asymmetricMatch: isNear, toString: () => `near ${value}` };
};

const duration_seconds = { avg: 35, p50: near(30), p95: near(60), max: 60 };

const nothing = { avg: null, p50: null, p95: null, max: null };

describe("the metrics of an operation", () => {
  it("are those of synchronisations in the hours asked for, back to the full hour", async () => {
    const store = storeOf(runsOf("sync", "records_synced", 10 * hour));
    expect(await syncMetrics(store, now, { hours: 10 })).toEqual({
      since: "2025-08-29T02:00:00.000Z",
      until: "2025-08-29T12:34:56.789Z",
      complete: true,
      sync_start_count: 9,
      sync_success_count: 4,
      sync_failure_count: 2,
      in_progress_count: 3,
      success_rate: 4 / 6,
      total_records_synced: 1_025,
      duration_seconds,
      last_success_at: iso(now - 1.5 * hour),
      last_failure_at: iso(now - 2.5 * hour),
      last_error: "the source closed the connection",
    });
  });

  it("are those of clean-ups in the days asked for", async () => {
    const store = storeOf(runsOf("cleanup", "records_deleted", 5 * day));
    expect(await cleanupMetrics(store, now, { days: 5 })).toEqual({
      since: "2025-08-24T12:00:00.000Z",
      until: "2025-08-29T12:34:56.789Z",
      complete: true,
      cleanup_start_count: 9,
      cleanup_success_count: 4,
      cleanup_failure_count: 2,
      in_progress_count: 3,
      success_rate: 4 / 6,
      total_records_deleted: 1_025,
      duration_seconds,
      last_success_at: iso(now - 0.75 * day),
      last_failure_at: iso(now - 1.25 * day),
      last_error: "the source closed the connection",
    });
  });

  it("are those of migrations in the days asked for", async () => {
    const store = storeOf(runsOf("migration", "records_migrated", 20 * day));
    expect(await migrationMetrics(store, now, { days: 20 })).toEqual({
      since: "2025-08-09T12:00:00.000Z",
      until: "2025-08-29T12:34:56.789Z",
      complete: true,
      migration_start_count: 9,
      migration_success_count: 4,
      migration_failure_count: 2,
      in_progress_count: 3,
      success_rate: 4 / 6,
      total_records_migrated: 1_025,
      duration_seconds,
      last_success_at: iso(now - 3 * day),
      last_failure_at: iso(now - 5 * day),
      last_error: "the source closed the connection",
    });
  });

  it("cover 24 hours, 7 days and 30 days unless asked otherwise", async () => {
    const store = storeOf([]);
    expect((await syncMetrics(store, now)).since).toBe("2025-08-28T12:00:00.000Z");
    expect((await cleanupMetrics(store, now, { days: undefined })).since).toBe(
      "2025-08-22T12:00:00.000Z",
    );
    expect((await migrationMetrics(store, now, {})).since).toBe("2025-07-30T12:00:00.000Z");
  });

  it("are null where nothing has ended", async () => {
    const store = storeOf([
      { event_type: "sync_start", ago: minute },
      { event_type: "sync_start", ago: 2 * minute },
    ]);
    expect(await syncMetrics(store, now)).toMatchObject({
      sync_start_count: 2,
      in_progress_count: 2,
      success_rate: null,
      total_records_synced: 0,
      duration_seconds: nothing,
      last_success_at: null,
      last_failure_at: null,
      last_error: null,
    });
  });

  it("count no run in progress when more ended in the window than started", async () => {
    const store = storeOf([
      { event_type: "sync_success", ago: minute },
      { event_type: "sync_success", ago: 2 * minute },
      { event_type: "sync_start", ago: 3 * minute },
    ]);
    expect((await syncMetrics(store, now)).in_progress_count).toBe(0);
  });

  it("say from when they are complete when the store does not reach as far back as asked", async () => {
    const young = storeOf(runsOf("sync", "records_synced", 10 * hour), 11 * hour);
    expect(await syncMetrics(young, now, { hours: 48 })).toMatchObject({
      since: iso(now - 11 * hour),
      complete: false,
      sync_success_count: 5,
    });
    const old = storeOf([{ event_type: "sync_success", ago: 2 * day }]);
    expect(await syncMetrics(old, now, { hours: 744 })).toMatchObject({ complete: true });
    expect(await syncMetrics(old, now, { hours: 745 })).toMatchObject({
      since: "2025-07-29T12:00:00.000Z",
      complete: false,
    });
    expect(await syncMetrics(old, now, { hours: 1e300 })).toMatchObject({ complete: false });
  });

  it("begin no later than they end when the clock was set back since the store began", async () => {
    const { since, until, complete } = await syncMetrics(storeOf([], -hour), now);
    expect([since, until, complete]).toEqual([iso(now), iso(now), false]);
  });

  it("reach back all the way when the store does", async () => {
    const aggregate = () => ({ complete_since: null, types: {}, metrics: {} });
    const store = { ...storeOf([]), aggregate } as unknown as EventStore;
    expect(await cleanupMetrics(store, now, { days: 1e300 })).toMatchObject({
      since: "1970-01-01T00:00:00.000Z",
      complete: true,
    });
  });

  it("refuse a window that is no length of time", async () => {
    const store = storeOf([]);
    for (const hours of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "24", null]) {
      const asked = syncMetrics(store, now, { hours } as never);
      await expect(asked, String(hours)).rejects.toSatisfy(ConfigError.is);
    }
    await expect(syncMetrics(store, now, { days: 1 } as never)).rejects.toThrow(
      "getSyncMetrics() has no option `days`",
    );
    await expect(migrationMetrics(store, now, { days: 0 })).rejects.toThrow(
      "getMigrationMetrics(): `days` must be a number above 0, but it is 0.",
    );
  });
});
