import { dayMs } from "./clock.ts";
import { describeTime } from "./describe-time.ts";
import type { EventLevel, MonitorEvent } from "./event.ts";
import { type Reader, type Sentences, sentencesOf } from "./sentences.ts";
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
  readonly reader: Reader;
}

export interface HealthAssessment {
  readonly status: "healthy" | "degraded" | "unhealthy";
  /** One sentence each, the gravest first. */
  readonly reasons: readonly string[];
}

interface Voice {
  readonly say: Sentences;
  readonly timeZone: string;
}

const recentMs = 15 * 60_000;
/** Whose last run tells how the service is. */
export const operations = ["sync", "cleanup", "migration"];
const maxReasons = 20;
const maxReason = 300;

/** How the service is, and why it is not healthy. */
export const assessHealth = (evidence: HealthEvidence): HealthAssessment => {
  const { now, stats, latest, reader } = evidence;
  const voice: Voice = { say: sentencesOf(reader.locale), timeZone: reader.timeZone };
  const { say } = voice;
  const check = latest.health_check?.last;
  const storage = latest.storage_warning?.last;
  const isRecent = storage && Date.parse(storage.timestamp) >= now - dayMs;
  // Half-open too: a probe is on its way, and nothing has been delivered yet.
  const open = stats.receivers.filter(
    ({ breaker }) => breaker === "open" || breaker === "half-open",
  );
  const grave = [
    ...storeReasons(evidence, say),
    ...open.filter(isCutOff).map(say.cutOff),
    ...noticed("health_check", check, ["critical"], voice),
  ];
  const slight = [
    ...losses(evidence, new Set(open.map(({ name }) => name)), say),
    ...open.filter((receiver) => !isCutOff(receiver)).map(say.breakerIsOpen),
    ...failedRuns(latest, now, voice),
    ...noticed("health_check", check, ["warning", "error"], voice),
    ...noticed(
      "storage_warning",
      isRecent ? storage : undefined,
      ["warning", "error", "critical"],
      voice,
    ),
  ];
  const status = grave.length > 0 ? "unhealthy" : slight.length > 0 ? "degraded" : "healthy";
  return { status, reasons: bounded([...grave, ...slight], say) };
};

const bounded = (reasons: readonly string[], say: Sentences): readonly string[] => {
  const short = reasons.map((reason) => truncate(singleLine(reason), maxReason));
  if (short.length <= maxReasons) return short;
  const shown = short.slice(0, maxReasons - 1);
  return [...shown, say.moreReasons(short.length - shown.length)];
};

const storeReasons = ({ stats, storeIsMute }: HealthEvidence, say: Sentences): string[] => {
  const reasons = storeIsMute ? [say.storeIsMute] : [];
  const { failing, uncommitted } = stats.store;
  if (failing) reasons.push(say.storeFails(uncommitted));
  return reasons;
};

const isCutOff = ({ last_error }: ReceiverStats): boolean =>
  last_error?.code === "endpoint" || last_error?.code === "config";

/** One sentence for all alike, for there may be thousands. @param open - Whose open breaker is told of besides. */
const losses = (
  { now, troubles }: HealthEvidence,
  open: ReadonlySet<string>,
  say: Sentences,
): string[] => {
  const recent = troubles
    .filter(({ at }) => at >= now - recentMs)
    .filter(({ kind, receiver }) => kind !== "breaker-open" || !open.has(receiver))
    .map(({ kind, receiver, reason }) => say.trouble[kind](receiver, reason));
  return [...new Set(recent)];
};

const failedRuns = (
  latest: HealthEvidence["latest"],
  now: number,
  { say, timeZone }: Voice,
): string[] =>
  operations.flatMap((name) => {
    const success = latest[`${name}_success`]?.last;
    const failure = latest[`${name}_failure`]?.last;
    if (!failure || (success && !isLater(failure, success, now))) return [];
    const at = describeTime(failure.timestamp, timeZone);
    return [say.lastFailed(name, at, whyOf(failure.message, say.failed(name, "")))];
  });

/** What a message says beyond that it failed, which the sentence around it says. */
const whyOf = (message: string, failed: string): string => {
  const rest = message.startsWith(failed) ? message.slice(failed.length) : "";
  return /^\s*[:：]\s*(.+)/s.exec(rest)?.[1] ?? message;
};

const noticed = (
  what: "health_check" | "storage_warning",
  event: MonitorEvent | undefined,
  levels: readonly EventLevel[],
  { say, timeZone }: Voice,
): string[] =>
  event && levels.includes(event.level)
    ? [say.noticed(what, event.level, describeTime(event.timestamp, timeZone), event.message)]
    : [];

/** By emission when the stamps agree, or one claims what has not come yet. */
const isLater = (left: MonitorEvent, right: MonitorEvent, now: number): boolean => {
  const [at, other] = [Date.parse(left.timestamp), Date.parse(right.timestamp)];
  return at === other || Math.max(at, other) > now ? left.id > right.id : at > other;
};
