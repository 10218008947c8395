import { type EventInput, type EventLevel, truncate } from "@datasync-monitor/core";
import { rankOf } from "../levels.ts";
import { secondsOf } from "../words.ts";
import type { Finding } from "./finding.ts";

/** A check's finding, with what is known of it over time. */
export interface Report extends Finding {
  readonly name: string;
  readonly durationMs: number;
  /** RFC 3339: when it came to this level. */
  readonly since: string;
}

const mostNamed = 5;
const longestMessage = 1_000;

const summary = (reports: readonly Report[], failed: readonly Report[]): string => {
  const passed = reports.length - failed.length;
  const named = failed
    .slice(0, mostNamed)
    .map(({ name, message }) => `${name}: ${message ?? "failed"}`);
  const left = failed.length - named.length;
  const parts = [
    `${passed} of ${reports.length} checks pass`,
    ...named,
    ...(left > 0 ? [`and ${left} more`] : []),
  ];
  return truncate(parts.join("; "), longestMessage);
};

const entryOf = ({ level, message, durationMs, since, details }: Report) => ({
  status: level === "info" ? "passed" : "failed",
  level,
  message,
  duration_seconds: secondsOf(durationMs),
  since,
  details,
});

/** What a round found, as an event: the gravest finding is its level. */
export const healthEvent = (reports: readonly Report[], durationMs: number): EventInput => {
  const failed = reports
    .filter(({ level }) => level !== "info")
    .sort((left, right) => rankOf(right.level) - rankOf(left.level));
  const level: EventLevel = failed[0]?.level ?? "info";
  return {
    event_type: "health_check",
    level,
    message: summary(reports, failed),
    details: { checks: Object.fromEntries(reports.map((one) => [one.name, entryOf(one)])) },
    metrics: {
      checks_total: reports.length,
      checks_failed: failed.length,
      duration_seconds: secondsOf(durationMs),
    },
  };
};
