import type {
  ComprehensiveStatus,
  MetricsWindow,
  ReceiverStatus,
  RecentProblem,
} from "@datasync-monitor/core";

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === "object" && Object.keys(value).length === 0);

/** Without what is null or empty. */
const filled = (value: object): object => {
  const inner = (member: unknown): unknown =>
    typeof member === "object" && member !== null ? filled(member) : member;
  if (Array.isArray(value)) return value.map(inner);
  const members = Object.entries(value).map(([key, member]) => [key, inner(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => !isEmpty(member)));
};

/** Null when nothing ran. The window ends with the event. */
const runsOf = ({ until, complete, ...metrics }: MetricsWindow): object | null =>
  Object.entries(metrics).some(([key, value]) => key.endsWith("_count") && Number(value) > 0)
    ? metrics
    : null;

const isWell = ({ state, dropped, dead }: ReceiverStatus): boolean =>
  state === "active" && dropped + dead === 0;

/** By name, those in trouble first. */
const byName = (receivers: readonly ReceiverStatus[]): object =>
  Object.fromEntries(
    receivers
      .toSorted((left, right) => Number(isWell(left)) - Number(isWell(right)))
      .map(({ name, ...receiver }) => [name, receiver]),
  );

/** The latest of each code and receiver: one that lasts is noted again and again. */
const distinct = (problems: readonly RecentProblem[]): readonly RecentProblem[] => [
  ...new Map(problems.map((one) => [`${one.code} ${one.receiver}`, one])).values(),
];

/**
 * What a person has to read of a comprehensive status: without what is empty, what the event says itself, and what
 * the probes have told in events of their own.
 */
export const detailsOf = (status: ComprehensiveStatus): object =>
  filled({
    status: status.status,
    reasons: status.reasons,
    sync_metrics: runsOf(status.sync_metrics),
    cleanup_metrics: runsOf(status.cleanup_metrics),
    migration_metrics: runsOf(status.migration_metrics),
    receivers: byName(status.receivers),
    recent_problems: distinct(status.recent_problems),
  });
