import { fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { ConfigError, DeliveryError } from "../src/errors.ts";
import type { MonitorEvent } from "../src/event.ts";
import type { MonitorStats, ReceiverStats } from "../src/stats.ts";
import {
  cleanupMetrics,
  comprehensiveStatus,
  migrationMetrics,
  type StatusSources,
  syncMetrics,
} from "../src/status.ts";
import { type MemoryStore, memoryStore } from "../src/store/memory.ts";
import type { EventStore } from "../src/store/store.ts";
import { rig } from "./support/rig.ts";
import { eventAt, hour, iso, minute } from "./support/store-kit.ts";

/** A moment as a reader in UTC is told it. */
const told = (at: number): string => `${iso(at).slice(0, 19).replace("T", " ")} +00:00`;

const day = 24 * hour;
const now = Date.UTC(2025, 7, 29, 12, 34, 56, 789);

/** An event of a type, so long before now. */
interface Said extends Partial<MonitorEvent> {
  readonly event_type: string;
  readonly ago: number;
}

/** A store that began so long ago and was told these events, in this order. */
const storeOf = (said: readonly Said[], began = 40 * day): MemoryStore => {
  const clock = fakeClock(now - began);
  const store = memoryStore({ clock });
  clock.step(began);
  const accepted = said.map(({ ago, ...event }, n) => ({
    event: eventAt(n, now - ago, event),
    receivers: [],
  }));
  store.commit({ now, leaseMs: minute, accepted, outcomes: [] });
  return store;
};

/**
 * Runs of an operation within the last `span`, and some before it: 9 starts, 4 successes, 2 failures,
 * of 10 to 60 seconds, that reported 100, 200, 300, 400 and 25 records.
 */
const runsOf = (operation: string, records: string, span: number): Said[] => {
  const at = (share: number) => Math.round(span * share);
  const success = (share: number, seconds: number, count: number): Said => ({
    event_type: `${operation}_success`,
    ago: at(share),
    metrics: { duration_seconds: seconds, [records]: count },
  });
  return [
    ...[1.5, 1.2, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1].map((share) => ({
      event_type: `${operation}_start`,
      ago: at(share),
      metrics: { duration_seconds: 9_999, [records]: 9_999 },
    })),
    success(1.2, 5_000, 5_000),
    success(0.85, 10, 100),
    success(0.15, 40, 400),
    success(0.75, 20, 200),
    success(0.65, 30, 300),
    {
      event_type: `${operation}_failure`,
      ago: at(0.55),
      message: "the first that failed",
      details: { duration_seconds: 50, [records]: 25 },
    },
    {
      event_type: `${operation}_failure`,
      ago: at(0.25),
      message: "the source closed the connection",
      metrics: { duration_seconds: 60 },
    },
  ];
};

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

const receiverOf = (name: string, overrides: Partial<ReceiverStats> = {}): ReceiverStats => ({
  name,
  notifier: "webhook",
  taken: 90,
  filtered: 4,
  delivered: 60,
  folded: 2,
  moved: 3,
  dropped: { overflow: 5, closed: 3 },
  dead: { payload: 2, expired: 4 },
  pending: 7,
  queue: { events: 6, bytes: 600, max_events: 2_000, max_bytes: 4_000_000 },
  in_flight: 1,
  overdue: 0,
  retrying: 0,
  attempts: {
    delivered: 50,
    unavailable: 6,
    ambiguous: 5,
    "rate-limited": 4,
    payload: 3,
    endpoint: 2,
    config: 2,
    aborted: 2,
    unknown: 2,
  },
  late_successes: 0,
  breaker: "closed",
  paused_until: null,
  last_success_at: iso(now - 5 * minute),
  last_error: null,
  ...overrides,
});

const statsOf = (
  receivers: readonly ReceiverStats[] = [],
  store: Partial<MonitorStats["store"]> = {},
): MonitorStats => ({
  service: "datasync",
  uptime_seconds: 4_321.5,
  emitted: 90,
  refused: { invalid: 0, closed: 0, overflow: 0, store: 0 },
  taken: 90,
  events: {},
  receivers,
  store: { durable: false, failing: false, uncommitted: 0, ...store },
});

const statusOf = (said: readonly Said[], sources: Partial<StatusSources> = {}) =>
  comprehensiveStatus({
    store: storeOf(said),
    now,
    stats: statsOf(),
    troubles: [],
    problems: [],
    reader: { locale: "en", timeZone: "UTC" },
    ...sources,
  });

const verdictOf = async (said: readonly Said[], sources: Partial<StatusSources> = {}) => {
  const { status, reasons } = await statusOf(said, sources);
  return { status, reasons };
};

const failure = (code: string, message = "it said no") => ({
  code,
  message,
  at: iso(now - minute),
});

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

describe("the service is unhealthy", () => {
  it("when the store fails", async () => {
    const stats = statsOf([], { failing: true, uncommitted: 42 });
    expect(await verdictOf([], { stats })).toEqual({
      status: "unhealthy",
      reasons: ["The store is failing; 42 rows wait to be written."],
    });
    const one = await verdictOf([], { stats: statsOf([], { failing: true, uncommitted: 1 }) });
    expect(one.reasons).toEqual(["The store is failing; 1 row waits to be written."]);
  });

  it("when the store cannot be asked, and then says so instead of failing itself", async () => {
    const aggregate = () => Promise.reject(new Error("password=hunter2"));
    const store = { ...storeOf([]), aggregate } as unknown as EventStore;
    const status = await statusOf([], { store });
    expect(status).toMatchObject({
      status: "unhealthy",
      reasons: ["The store does not answer, so the metrics are empty."],
      sync_metrics: { complete: false, since: iso(now), sync_start_count: 0 },
    });
    expect(JSON.stringify(status)).not.toContain("hunter2");
  });

  it.each(["open", "half-open"] as const)(
    "when a breaker is %s for a reason that somebody must see to",
    async (breaker) => {
      const receivers = ["endpoint", "config"].map((code) =>
        receiverOf(code, { breaker, last_error: failure(code) }),
      );
      expect(await verdictOf([], { stats: statsOf(receivers) })).toEqual({
        status: "unhealthy",
        reasons: [
          "Receiver `endpoint` is cut off until somebody acts (endpoint): it said no",
          "Receiver `config` is cut off until somebody acts (config): it said no",
        ],
      });
    },
  );

  it("when the latest health check is critical", async () => {
    const check = { event_type: "health_check", message: "no database" } as const;
    expect(await verdictOf([{ ...check, ago: 5 * day, level: "critical" }])).toEqual({
      status: "unhealthy",
      reasons: [
        `The latest health check is at level critical, at ${told(now - 5 * day)}: no database`,
      ],
    });
    expect(
      await verdictOf([
        { ...check, ago: 5 * day, level: "critical" },
        { ...check, ago: 4 * day },
      ]),
    ).toEqual({ status: "healthy", reasons: [] });
  });
});

describe("the service is degraded", () => {
  it("for 15 minutes after a drop, a death or an opened breaker, one sentence for all alike", async () => {
    const trouble = (
      kind: "dropped" | "dead" | "breaker-open",
      ago: number,
      reason: string | null,
    ) => ({
      receiver: "slack",
      kind,
      reason,
      at: now - ago,
    });
    const troubles = [
      trouble("dropped", 2 * minute, "overflow"),
      trouble("dropped", minute, "overflow"),
      trouble("dead", 15 * minute, "payload"),
      trouble("dead", 15 * minute + 1, "expired"),
      trouble("breaker-open", minute, null),
    ];
    expect(await verdictOf([], { troubles })).toEqual({
      status: "degraded",
      reasons: [
        "Receiver `slack` dropped deliveries in the last 15 minutes (overflow).",
        "Deliveries to receiver `slack` died in the last 15 minutes (payload).",
        "The breaker of receiver `slack` opened in the last 15 minutes.",
      ],
    });
  });

  it.each([-8 * hour, 8 * hour])(
    "for 15 minutes after a loss, though the wall clock is set %j ms on meanwhile",
    async (ms) => {
      const { clock, monitor } = rig();
      const notifier = memoryNotifier();
      notifier.fail(new DeliveryError("payload", "refused"), 1);
      monitor.registerNotifier(notifier);
      monitor.emitEvent({ event_type: "sync_success", message: "refused" });
      await clock.advance(minute);
      clock.step(ms);
      const reasons = ["Deliveries to receiver `memory` died in the last 15 minutes (payload)."];
      expect(await monitor.getComprehensiveStatus()).toMatchObject({ reasons });
      await clock.advance(15 * minute);
      expect(await monitor.getComprehensiveStatus()).toMatchObject({ reasons: [] });
    },
  );

  it("no longer than until the next success, whatever moment a failed run claims", async () => {
    const { clock, monitor } = rig();
    const timestamp = new Date(clock.now() + 400 * day);
    monitor.emitEvent({ event_type: "sync_failure", message: "no", timestamp });
    expect(await monitor.getComprehensiveStatus()).toMatchObject({ status: "degraded" });
    await clock.advance(1_000);
    monitor.emitEvent({ event_type: "sync_success", message: "yes" });
    expect(await monitor.getComprehensiveStatus()).toMatchObject({
      status: "healthy",
      reasons: [],
    });
  });

  it("as long as a breaker is open, and says so once", async () => {
    const receivers = [
      receiverOf("slack", { breaker: "open", last_error: failure("unavailable", "503") }),
      receiverOf("mail", { breaker: "half-open" }),
    ];
    const troubles = [
      { receiver: "slack", kind: "breaker-open", reason: "unavailable", at: now } as const,
    ];
    expect(await verdictOf([], { stats: statsOf(receivers), troubles })).toEqual({
      status: "degraded",
      reasons: [
        "The breaker of receiver `slack` is open (unavailable): 503",
        "The breaker of receiver `mail` is open.",
      ],
    });
  });

  it.each(["sync", "cleanup", "migration"])("when the last %s failed", async (operation) => {
    const failed = { event_type: `${operation}_failure`, ago: 9 * day, message: "no space" };
    expect(await verdictOf([failed])).toEqual({
      status: "degraded",
      reasons: [`The last ${operation} failed, at ${told(now - 9 * day)}: no space`],
    });
    for (const [message, why] of [
      [`${operation} failed: no space`, "no space"],
      [`${operation} failed`, `${operation} failed`],
      [`${operation} failedover`, `${operation} failedover`],
    ] as const)
      expect((await verdictOf([{ ...failed, message }])).reasons).toEqual([
        `The last ${operation} failed, at ${told(now - 9 * day)}: ${why}`,
      ]);
    const success = { event_type: `${operation}_success`, ago: 9 * day };
    expect((await verdictOf([failed, success])).status).toBe("healthy");
    expect((await verdictOf([success, failed])).status).toBe("degraded");
    expect((await verdictOf([failed, { ...success, ago: 10 * day }])).status).toBe("degraded");
  });

  it("for a day after a storage warning, and while the latest health check is no good", async () => {
    const warning = { event_type: "storage_warning", message: "disk at 91 %" } as const;
    expect(await verdictOf([{ ...warning, ago: day, level: "warning" }])).toEqual({
      status: "degraded",
      reasons: [
        `The latest storage warning is at level warning, at ${told(now - day)}: disk at 91 %`,
      ],
    });
    const said = (event: Said) => verdictOf([event]).then(({ status }) => status);
    expect(await said({ ...warning, ago: minute, level: "critical" })).toBe("degraded");
    expect(await said({ ...warning, ago: minute, level: "info" })).toBe("healthy");
    expect(await said({ ...warning, ago: day + 1, level: "critical" })).toBe("healthy");
    expect(await said({ event_type: "health_check", ago: day, level: "error" })).toBe("degraded");
  });

  it("with its reasons in bounds, the gravest first", async () => {
    const receivers = Array.from({ length: 60 }, (_, n) =>
      receiverOf(`r${n}`, {
        breaker: "open",
        last_error: failure(n === 59 ? "config" : "unavailable", `line one\n${"x".repeat(900)}`),
      }),
    );
    const { reasons } = await verdictOf([], { stats: statsOf(receivers) });
    expect(reasons).toHaveLength(20);
    expect(reasons[0]).toMatch(/^Receiver `r59` is cut off .*line one x+…$/);
    expect(reasons[19]).toBe("There are 41 more reasons.");
    expect(Math.max(...reasons.map(({ length }) => length))).toBe(300);
    expect(reasons.join("")).not.toMatch(/\n/);
  });
});
