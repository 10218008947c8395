import { EventType, type MonitorEvent } from "@datasync-monitor/core";

type Told = Pick<MonitorEvent, "details" | "metrics">;

const run_id = "0198f560-8440-7000-8000-0000000000ff";
const tables = ["coin_data", "indicator_data"];
const error = {
  name: "TimeoutError",
  message: "no answer within 30 s",
  cause: { code: "ETIMEDOUT" },
};

/** What an event of each type usually tells. */
const told: Readonly<Record<EventType, Told>> = {
  sync_start: { details: { run_id, tables }, metrics: {} },
  sync_success: {
    details: { run_id, tables },
    metrics: { records_synced: 1000, duration_seconds: 30.5, success_rate: 1 },
  },
  sync_failure: {
    details: { run_id, table: "coin_data", error },
    metrics: { records_synced: 0, duration_seconds: 30 },
  },
  cleanup_start: { details: { run_id, target: "remote" }, metrics: {} },
  cleanup_success: {
    details: { run_id },
    metrics: { records_deleted: 500, duration_seconds: 4.25 },
  },
  cleanup_failure: { details: { run_id, error }, metrics: { records_deleted: 12 } },
  migration_start: { details: { run_id, source: "v1", target: "v2" }, metrics: {} },
  migration_success: {
    details: { run_id },
    metrics: { records_migrated: 12_345_678, duration_seconds: 86_400 },
  },
  migration_failure: { details: { run_id, error }, metrics: { records_migrated: 3 } },
  health_check: {
    details: { status: "degraded", checks: { database: true, queue: false, disk: null } },
    metrics: { uptime_seconds: 0.001 },
  },
  service_status: { details: { status: "stopping", host: "worker-1" }, metrics: {} },
  performance_warning: {
    details: { operation: "sync", threshold: "60 s" },
    metrics: { duration_seconds: 95.125 },
  },
  storage_warning: {
    details: { path: "/var/lib/datasync" },
    metrics: { free_bytes: 1_048_576, used_ratio: 0.995 },
  },
};

export const eventTypes = Object.values(EventType);

export const toldBy = (type: EventType): Told => told[type];
