import type { MonitorEvent } from "@datasync-monitor/core";

/** The numbers that are summed up by the hour: those that status answers are made of. */
export const measures = [
  "records_synced",
  "records_deleted",
  "records_migrated",
  "duration_seconds",
] as const;

export type Measure = (typeof measures)[number];

/** What an event says of a measure: `metrics[name]`, else `details[name]` when that is a finite number. */
export const measureOf = (event: MonitorEvent, name: Measure): number | undefined => {
  const metric = event.metrics[name];
  if (metric !== undefined && Number.isFinite(metric)) return metric;
  const detail = event.details[name];
  return typeof detail === "number" && Number.isFinite(detail) ? detail : undefined;
};
