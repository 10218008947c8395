import { dayMs } from "./clock.ts";
import { type EventLevel, levels, type MonitorEvent } from "./event.ts";
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
const operations = ["sync", "cleanup", "migration"];
const maxReasons = 20;
const maxReason = 300;

/** How the service is, and why it is not healthy. */
export const assessHealth = (evidence: HealthEvidence): HealthAssessment => {
  const grave = [...storeReasons(evidence), ...cutOff(evidence), ...critical(evidence)];
  const slight = [
    ...losses(evidence),
    ...openBreakers(evidence),
    ...failedRuns(evidence),
    ...warnings(evidence),
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

/** Half-open too: a probe is on its way, and nothing has been delivered yet. */
const isCutOff = ({ breaker, last_error }: ReceiverStats): boolean =>
  isOpen(breaker) && (last_error?.code === "endpoint" || last_error?.code === "config");

const isOpen = (breaker: ReceiverStats["breaker"]): boolean =>
  breaker === "open" || breaker === "half-open";

const cutOff = ({ stats }: HealthEvidence): string[] =>
  stats.receivers
    .filter(isCutOff)
    .map(
      ({ name, last_error }) =>
        `Receiver \`${name}\` is cut off until somebody acts (${last_error?.code}): ${last_error?.message}`,
    );

const critical = ({ latest }: HealthEvidence): string[] =>
  noticed("health check", latest.health_check?.last, ({ level }) => level === "critical");

const openBreakers = ({ stats }: HealthEvidence): string[] =>
  stats.receivers
    .filter((receiver) => isOpen(receiver.breaker) && !isCutOff(receiver))
    .map(({ name, last_error }) => {
      const cause = last_error ? ` (${last_error.code}): ${last_error.message}` : ".";
      return `The breaker of receiver \`${name}\` is open${cause}`;
    });

/** One sentence for all alike, for there may be thousands. */
const losses = ({ now, stats, troubles }: HealthEvidence): string[] => {
  const open = new Set(
    stats.receivers.filter(({ breaker }) => isOpen(breaker)).map(({ name }) => name),
  );
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

const failedRuns = ({ latest }: HealthEvidence): string[] =>
  operations.flatMap((name) => {
    const success = latest[`${name}_success`]?.last;
    const failure = latest[`${name}_failure`]?.last;
    return failure && (!success || isLater(failure, success))
      ? [`The last ${name} failed, at ${failure.timestamp}: ${failure.message}`]
      : [];
  });

const warnings = ({ now, latest }: HealthEvidence): string[] => [
  ...noticed(
    "health check",
    latest.health_check?.last,
    ({ level }) => isWarning(level) && level !== "critical",
  ),
  ...noticed(
    "storage warning",
    latest.storage_warning?.last,
    ({ level, timestamp }) => isWarning(level) && Date.parse(timestamp) >= now - dayMs,
  ),
];

const isWarning = (level: EventLevel): boolean =>
  levels.indexOf(level) >= levels.indexOf("warning");

const noticed = (
  what: string,
  event: MonitorEvent | undefined,
  counts: (event: MonitorEvent) => boolean,
): string[] =>
  event && counts(event)
    ? [`The latest ${what} is at level ${event.level}, at ${event.timestamp}: ${event.message}`]
    : [];

/** By emission when the stamps agree. */
const isLater = (left: MonitorEvent, right: MonitorEvent): boolean => {
  const ahead = Date.parse(left.timestamp) - Date.parse(right.timestamp);
  return ahead > 0 || (ahead === 0 && left.id > right.id);
};
