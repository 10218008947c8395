import { describe, expect, it } from "vitest";
import { day, failure, now, receiverOf, runsOf, statsOf, statusOf } from "./support/status-kit.ts";
import { hour, iso, minute } from "./support/store-kit.ts";

describe("the comprehensive status", () => {
  it("shows the service, its operations, its latest notices and every receiver", async () => {
    const problems = [
      { code: "store-failed", receiver: null, message: "disk full", at: iso(now - hour) },
    ];
    const status = await statusOf(
      [
        ...runsOf("sync", "records_synced", 10 * hour),
        ...runsOf("cleanup", "records_deleted", 5 * day),
        ...runsOf("migration", "records_migrated", 20 * day),
        { event_type: "health_check", ago: 3 * hour, level: "critical", message: "old" },
        { event_type: "health_check", ago: 2 * hour, message: "all well", details: { db: "up" } },
        { event_type: "storage_warning", ago: 3 * day, level: "warning", message: "disk at 91 %" },
      ],
      { stats: statsOf([receiverOf("feishu")]), problems },
    );
    expect(status).toEqual({
      service: "datasync",
      status: "healthy",
      reasons: [],
      timestamp: iso(now),
      uptime_seconds: 4_321.5,
      sync_metrics: expect.objectContaining({
        since: "2025-08-28T12:00:00.000Z",
        total_records_synced: 6_025,
      }),
      cleanup_metrics: expect.objectContaining({
        since: "2025-08-22T12:00:00.000Z",
        total_records_deleted: 6_025,
      }),
      migration_metrics: expect.objectContaining({
        since: "2025-07-30T12:00:00.000Z",
        total_records_migrated: 6_025,
      }),
      health: {
        level: "info",
        message: "all well",
        at: iso(now - 2 * hour),
        details: { db: "up" },
      },
      storage: {
        level: "warning",
        message: "disk at 91 %",
        at: iso(now - 3 * day),
        details: {},
      },
      recent_problems: problems,
      receivers: [
        {
          name: "feishu",
          state: "active",
          pending: 7,
          delivered: 60,
          failed: 26,
          dropped: 8,
          dead: 6,
          last_success_at: iso(now - 5 * minute),
          last_error: null,
        },
      ],
    });
  });

  it("has neither health nor storage when nobody reported any", async () => {
    expect(await statusOf([])).toMatchObject({ health: null, storage: null, status: "healthy" });
  });

  it("shows what state a receiver is in, and its last error in bounds", async () => {
    const last_error = failure("unavailable", `503\n${"x".repeat(5_000)}`);
    const { receivers } = await statusOf([], {
      stats: statsOf([
        receiverOf("a", { breaker: null }),
        receiverOf("b", { paused_until: iso(now + minute) }),
        receiverOf("c", { paused_until: iso(now - minute) }),
        receiverOf("d", { breaker: "open", paused_until: iso(now + minute), last_error }),
        receiverOf("e", { breaker: "half-open" }),
      ]),
    });
    expect(receivers.map(({ state }) => state)).toEqual([
      "active",
      "paused",
      "active",
      "open",
      "half-open",
    ]);
    expect(receivers[3]?.last_error).toMatchObject({ code: "unavailable", at: last_error.at });
    expect(receivers[3]?.last_error?.message).toMatch(/^503 x{400,500}…$/);
  });
});
