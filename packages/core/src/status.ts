import { dayMs, isoTime } from "./clock.ts";
import type { JsonObject } from "./errors.ts";
import type { EventLevel, MonitorEvent } from "./event.ts";
import { assessHealth, type HealthAssessment, operations, type RecentTrouble } from "./health.ts";
import {
  hourBefore,
  type MetricsWindow,
  metricsOf,
  type OperationMetrics,
} from "./operation-metrics.ts";
import type { Reader } from "./sentences.ts";
import type { Problem } from "./signals.ts";
import { type MonitorStats, type ReceiverStats, total } from "./stats.ts";
import type { EventStore } from "./store/store.ts";
import { singleLine, truncate } from "./text.ts";

export interface SyncMetrics extends MetricsWindow, OperationMetrics {
  readonly sync_start_count: number;
  readonly sync_success_count: number;
  readonly sync_failure_count: number;
  /** What runs that ended reported as `records_synced`, failed ones too. */
  readonly total_records_synced: number;
}

export interface CleanupMetrics extends MetricsWindow, OperationMetrics {
  readonly cleanup_start_count: number;
  readonly cleanup_success_count: number;
  readonly cleanup_failure_count: number;
  /** What runs that ended reported as `records_deleted`, failed ones too. */
  readonly total_records_deleted: number;
}

export interface MigrationMetrics extends MetricsWindow, OperationMetrics {
  readonly migration_start_count: number;
  readonly migration_success_count: number;
  readonly migration_failure_count: number;
  /** What runs that ended reported as `records_migrated`, failed ones too. */
  readonly total_records_migrated: number;
}

/**
 * - `unhealthy`: the store fails, a receiver is cut off until a human acts, or the latest health check is critical.
 * - `degraded`: in the last 15 minutes something was lost or a breaker open, the last run of an operation failed,
 *   or the latest health check, or storage warning within 24 hours, is at level warning or above.
 */
export type ServiceHealth = HealthAssessment["status"];

/** The latest event of its type in 31 days. */
export interface LatestNotice {
  readonly level: EventLevel;
  readonly message: string;
  /** RFC 3339. */
  readonly at: string;
  readonly details: JsonObject;
}

export interface RecentProblem extends Omit<Problem, "cause"> {
  /** RFC 3339. */
  readonly at: string;
}

export interface ReceiverStatus {
  readonly name: string;
  /** `open` and `half-open` tell of the breaker: nothing is sent, or one probe. `paused`: the destination asked for a rest. */
  readonly state: "active" | "paused" | "open" | "half-open";
  readonly pending: number;
  readonly delivered: number;
  /** Attempts that did not deliver, whatever became of the event later. */
  readonly failed: number;
  readonly dropped: number;
  readonly dead: number;
  readonly last_success_at: string | null;
  readonly last_error: ReceiverStats["last_error"];
}

/** How the service and its receivers are. Times are RFC 3339. */
export interface ComprehensiveStatus {
  readonly service: string;
  readonly status: ServiceHealth;
  /** One sentence for each reason why it is not healthy, in the monitor's language and time zone, the gravest first; at most 20. */
  readonly reasons: readonly string[];
  readonly timestamp: string;
  readonly uptime_seconds: number;
  /** Of 24 hours. */
  readonly sync_metrics: SyncMetrics;
  /** Of 7 days. */
  readonly cleanup_metrics: CleanupMetrics;
  /** Of 30 days. */
  readonly migration_metrics: MigrationMetrics;
  /** The latest `health_check`. */
  readonly health: LatestNotice | null;
  /** The latest `storage_warning`. */
  readonly storage: LatestNotice | null;
  readonly recent_problems: readonly RecentProblem[];
  readonly receivers: readonly ReceiverStatus[];
}

/** What a comprehensive status is made of. */
export interface StatusSources {
  readonly store: Pick<EventStore, "aggregate">;
  readonly now: number;
  readonly stats: MonitorStats;
  readonly troubles: readonly RecentTrouble[];
  readonly problems: readonly RecentProblem[];
  readonly reader: Reader;
}

const maxError = 500;
/** Whose latest event is looked at, however long ago in 31 days. */
const noted = [
  "health_check",
  "storage_warning",
  ...operations.flatMap((name) => [`${name}_success`, `${name}_failure`]),
];

export const syncMetrics = metricsOf({
  name: "sync",
  records: "records_synced",
  method: "getSyncMetrics()",
  unit: "hours",
  span: 24,
});

export const cleanupMetrics = metricsOf({
  name: "cleanup",
  records: "records_deleted",
  method: "getCleanupMetrics()",
  unit: "days",
  span: 7,
});

export const migrationMetrics = metricsOf({
  name: "migration",
  records: "records_migrated",
  method: "getMigrationMetrics()",
  unit: "days",
  span: 30,
});

/**
 * Everything at one glance. A store that cannot be asked makes it `unhealthy`, with metrics of
 * nothing and `complete: false`: this answer is needed most when something is broken.
 */
export const comprehensiveStatus = async (sources: StatusSources): Promise<ComprehensiveStatus> => {
  try {
    return await answer(sources, sources.store, false);
  } catch {
    return answer(sources, forgetfulStore(sources.now), true);
  }
};

type Answering = Pick<EventStore, "aggregate">;

const forgetfulStore = (now: number): Answering => ({
  aggregate: () => ({ complete_since: now, types: {}, metrics: {} }),
});

const answer = async (
  { now, stats, troubles, problems, reader }: StatusSources,
  store: Answering,
  storeIsMute: boolean,
): Promise<ComprehensiveStatus> => {
  const [sync_metrics, cleanup_metrics, migration_metrics, { types: latest }] = await Promise.all([
    syncMetrics(store, now),
    cleanupMetrics(store, now),
    migrationMetrics(store, now),
    store.aggregate({ types: noted, since: hourBefore(now, 31 * dayMs), until: now, metrics: [] }),
  ]);
  const { status, reasons } = assessHealth({ now, stats, troubles, latest, storeIsMute, reader });
  return {
    service: stats.service,
    status,
    reasons,
    timestamp: isoTime(now),
    uptime_seconds: stats.uptime_seconds,
    sync_metrics,
    cleanup_metrics,
    migration_metrics,
    health: noticeOf(latest.health_check?.last),
    storage: noticeOf(latest.storage_warning?.last),
    recent_problems: problems,
    receivers: stats.receivers.map((receiver) => receiverStatus(receiver, now)),
  };
};

const noticeOf = (event: MonitorEvent | undefined): LatestNotice | null =>
  event === undefined
    ? null
    : {
        level: event.level,
        message: event.message,
        at: event.timestamp,
        details: event.details,
      };

const receiverStatus = (stats: ReceiverStats, now: number): ReceiverStatus => {
  const { delivered: _, ...failed } = stats.attempts;
  return {
    name: stats.name,
    state: stateOf(stats, now),
    pending: stats.pending,
    delivered: stats.delivered,
    failed: total(failed),
    dropped: total(stats.dropped),
    dead: total(stats.dead),
    last_success_at: stats.last_success_at,
    last_error: stats.last_error && {
      ...stats.last_error,
      message: truncate(singleLine(stats.last_error.message), maxError),
    },
  };
};

const stateOf = (
  { breaker, paused_until }: ReceiverStats,
  now: number,
): ReceiverStatus["state"] => {
  if (breaker === "open" || breaker === "half-open") return breaker;
  return paused_until !== null && Date.parse(paused_until) > now ? "paused" : "active";
};
