import { dayMs } from "./clock.ts";
import type { EventLevel, MonitorEvent } from "./event.ts";
import type { MonitorStats, ReceiverStats } from "./stats.ts";
import type { Aggregate } from "./store/store.ts";
import { singleLine, truncate } from "./text.ts";

/** Something that went wrong at a receiver. */
export interface RecentTrouble {
  readonly receiver: string;
  readonly kind: "dropped" | "dead" | "breaker-open";
  readonly reason: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface HealthEvidence {
  readonly now: number;
  readonly stats: MonitorStats;
  readonly troubles: readonly RecentTrouble[];
  /** The latest event of each type that tells something. */
  readonly latest: Aggregate["types"];
  /** The store could not be asked. */
  readonly storeIsMute: boolean;
}

export interface HealthAssessment {
  readonly status: "healthy" | "degraded" | "unhealthy";
  /** One sentence each, the gravest first. */
  readonly reasons: readonly string[];
}

const recentMs = 15 * 60_000;
/** Whose last run tells how the service is. */
export const operations = ["sync", "cleanup", "migration"];
const maxReasons = 20;
const maxReason = 300;

/** How the service is, and why it is not healthy. */
export const assessHealth = (evidence: HealthEvidence): HealthAssessment => {
  const { now, stats, latest } = evidence;
  const check = latest.health_check?.last;
  const storage = latest.storage_warning?.last;
  const isRecent = storage && Date.parse(storage.timestamp) >= now - dayMs;
  // Half-open too: a probe is on its way, and nothing has been delivered yet.
  const open = stats.receivers.filter(
    ({ breaker }) => breaker === "open" || breaker === "half-open",
  );
  const grave = [
    ...storeReasons(evidence),
    ...open.filter(isCutOff).map(cutOffReason),
    ...noticed("health check", check, ["critical"]),
  ];
  const slight = [
    ...losses(evidence, new Set(open.map(({ name }) => name))),
    ...open.filter((receiver) => !isCutOff(receiver)).map(openReason),
    ...failedRuns(latest),
    ...noticed("health check", check, ["warning", "error"]),
    ...noticed("storage warning", isRecent ? storage : undefined, ["warning", "error", "critical"]),
  ];
  const status = grave.length > 0 ? "unhealthy" : slight.length > 0 ? "degraded" : "healthy";
  return { status, reasons: bounded([...grave, ...slight]) };
};

const bounded = (reasons: readonly string[]): readonly string[] => {
  const short = reasons.map((reason) => truncate(singleLine(reason), maxReason));
  if (short.length <= maxReasons) return short;
  const shown = short.slice(0, maxReasons - 1);
  return [...shown, `There are ${short.length - shown.length} more reasons.`];
};

const storeReasons = ({ stats, storeIsMute }: HealthEvidence): string[] => {
  const reasons = storeIsMute ? ["The store does not answer, so the metrics are empty."] : [];
  const { failing, uncommitted } = stats.store;
  if (failing) reasons.push(`The store is failing; ${uncommitted} rows wait to be written.`);
  return reasons;
};

const isCutOff = ({ last_error }: ReceiverStats): boolean =>
  last_error?.code === "endpoint" || last_error?.code === "config";

const cutOffReason = ({ name, last_error }: ReceiverStats): string =>
  `Receiver \`${name}\` is cut off until somebody acts (${last_error?.code}): ${last_error?.message}`;

const openReason = ({ name, last_error }: ReceiverStats): string => {
  const cause = last_error ? ` (${last_error.code}): ${last_error.message}` : ".";
  return `The breaker of receiver \`${name}\` is open${cause}`;
};

/** One sentence for all alike, for there may be thousands. @param open - Whose open breaker is told of besides. */
const losses = ({ now, troubles }: HealthEvidence, open: ReadonlySet<string>): string[] => {
  const recent = troubles
    .filter(({ at }) => at >= now - recentMs)
    .filter(({ kind, receiver }) => kind !== "breaker-open" || !open.has(receiver))
    .map(({ kind, receiver, reason }) => {
      const what = {
        dropped: `Receiver \`${receiver}\` dropped deliveries`,
        dead: `Deliveries to receiver \`${receiver}\` died`,
        "breaker-open": `The breaker of receiver \`${receiver}\` opened`,
      }[kind];
      return `${what} in the last 15 minutes${reason === null ? "" : ` (${reason})`}.`;
    });
  return [...new Set(recent)];
};

const failedRuns = (latest: HealthEvidence["latest"]): string[] =>
  operations.flatMap((name) => {
    const success = latest[`${name}_success`]?.last;
    const failure = latest[`${name}_failure`]?.last;
    return failure && (!success || isLater(failure, success))
      ? [`The last ${name} failed, at ${failure.timestamp}: ${failure.message}`]
      : [];
  });

const noticed = (
  what: string,
  event: MonitorEvent | undefined,
  levels: readonly EventLevel[],
): string[] =>
  event && levels.includes(event.level)
    ? [`The latest ${what} is at level ${event.level}, at ${event.timestamp}: ${event.message}`]
    : [];

/** By emission when the stamps agree. */
const isLater = (left: MonitorEvent, right: MonitorEvent): boolean => {
  const ahead = Date.parse(left.timestamp) - Date.parse(right.timestamp);
  return ahead > 0 || (ahead === 0 && left.id > right.id);
};
