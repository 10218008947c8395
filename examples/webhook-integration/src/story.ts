import type { EventInput } from "@datasync-monitor/core";

export type ChannelName = "console" | "webhook" | "feishu" | "slack" | "email" | "prometheus";

export interface Scene {
  readonly event: EventInput;
  /** Who is to get it, written down here and not asked of the monitor. */
  readonly reaches: readonly ChannelName[];
}

const everybodyHears = ["console", "webhook", "prometheus"] as const;

/** A night of a service, in the order in which it happens. No two messages are alike. */
export const story: readonly Scene[] = [
  {
    event: {
      event_type: "sync_start",
      message: "synchronising coin_data and indicator_data",
      details: { tables: ["coin_data", "indicator_data"] },
    },
    reaches: [...everybodyHears, "feishu"],
  },
  {
    event: {
      event_type: "sync_success",
      message: "数据同步完成: 1000条记录",
      details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
      metrics: { records_synced: 1000, duration_seconds: 30.5, success_rate: 1 },
    },
    reaches: [...everybodyHears, "feishu"],
  },
  {
    event: {
      event_type: "performance_warning",
      message: "the last synchronisation took three times as long as usual",
      metrics: { duration_seconds: 30.5 },
    },
    reaches: [...everybodyHears, "feishu", "slack"],
  },
  {
    event: {
      event_type: "sync_failure",
      message: "no such table: indicator_data",
      details: { table: "indicator_data" },
      metrics: { records_synced: 400, duration_seconds: 12.1 },
    },
    reaches: [...everybodyHears, "feishu", "slack", "email"],
  },
  {
    event: {
      event_type: "cleanup_success",
      message: "remote rows older than 90 days are gone",
      metrics: { records_deleted: 250, duration_seconds: 4.2 },
    },
    reaches: [...everybodyHears, "feishu"],
  },
  {
    event: {
      event_type: "health_check",
      level: "critical",
      message: "the source does not answer",
      details: { check: "source", error: "ETIMEDOUT" },
    },
    reaches: [...everybodyHears, "slack"],
  },
  {
    event: {
      event_type: "storage_warning",
      message: "the disk of the target is 91 % full",
      metrics: { used_ratio: 0.91 },
    },
    reaches: [...everybodyHears, "feishu", "slack", "email"],
  },
];
