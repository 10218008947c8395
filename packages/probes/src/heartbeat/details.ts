import type { ComprehensiveStatus, LatestNotice, MetricsWindow } from "@datasync-monitor/core";

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === "object" && Object.keys(value).length === 0);

/** Without what is null or empty. */
const filled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, filled(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => !isEmpty(member)));
};

/** Null when nothing ran. The window ends with the event. */
const runsOf = ({ until, complete, ...metrics }: MetricsWindow): object | null =>
  Object.entries(metrics).some(([key, value]) => key.endsWith("_count") && Number(value) > 0)
    ? metrics
    : null;

/** Without the details, which the notice's own event has. */
const noticeOf = (notice: LatestNotice | null): object | null => {
  if (notice === null) return null;
  const { details, ...told } = notice;
  return told;
};

/**
 * What a person has to read of a comprehensive status: without what is empty, what the event says itself, and
 * what another event has said.
 */
export const detailsOf = (status: ComprehensiveStatus, reasons: readonly string[]): object => {
  const { service, timestamp, uptime_seconds, ...told } = status;
  const { sync_metrics, cleanup_metrics, migration_metrics, health, storage } = status;
  return Object(
    filled({
      ...told,
      reasons,
      sync_metrics: runsOf(sync_metrics),
      cleanup_metrics: runsOf(cleanup_metrics),
      migration_metrics: runsOf(migration_metrics),
      health: noticeOf(health),
      storage: noticeOf(storage),
    }),
  );
};
