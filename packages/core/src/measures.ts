import type { MonitorEvent } from "./event.ts";

/** The numbers that stores sum up and that status answers are made of. */
export const measures = [
  "records_synced",
  "records_deleted",
  "records_migrated",
  "duration_seconds",
] as const;

/** What an event says of a measure: `metrics[name]`, else `details[name]` when that is a finite number. */
export const measureOf = (event: MonitorEvent, name: string): number | undefined => {
  const metric = event.metrics[name];
  if (metric !== undefined && Number.isFinite(metric)) return metric;
  const detail = event.details[name];
  return typeof detail === "number" && Number.isFinite(detail) ? detail : undefined;
};
