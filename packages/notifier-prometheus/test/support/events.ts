import type { Batch, MonitorEvent, SendContext } from "@datasync-monitor/core";

/** The guide's sample event, changed where a test says so. */
export const sample = (overrides: Partial<MonitorEvent> = {}): MonitorEvent => ({
  id: "0198f560-8440-7000-8000-000000000001",
  timestamp: "2025-08-29T10:30:00.000Z",
  event_type: "sync_success",
  level: "info",
  service: "datasync",
  message: "数据同步完成: 1000条记录",
  details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
  metrics: { records_synced: 1000, duration_seconds: 30.5, success_rate: 1 },
  ...overrides,
});

export const batchOf = (...events: [MonitorEvent, ...MonitorEvent[]]): Batch => events;

export const context = (overrides: Partial<SendContext> = {}): SendContext => ({
  signal: new AbortController().signal,
  idempotencyKey: "0198f560-8440-7000-8000-000000000001",
  attempt: 1,
  resume: null,
  ...overrides,
});
