import { type EventInput, type EventLevel, type Locale, truncate } from "@datasync-monitor/core";
import { rankOf } from "../levels.ts";
import { secondsOf } from "../text.ts";
import type { Finding } from "./finding.ts";
import { healthWords } from "./words.ts";

/** A check's finding, with what is known of it over time. */
export interface Report extends Finding {
  readonly name: string;
  readonly durationMs: number;
  /** RFC 3339: when it came to this level. */
  readonly since: string;
}

const mostNamed = 5;
const longestMessage = 1_000;

/** @param failed - The gravest first. */
const summary = (total: number, failed: readonly Report[], locale: Locale): string => {
  const words = healthWords[locale];
  if (failed.length === 0) return words.allPass(total);
  const named = failed
    .slice(0, mostNamed)
    .map(({ name, message }) => `${name}: ${message ?? words.failed}`);
  return truncate(words.someFail(total, failed.length, named), longestMessage);
};

const entryOf = ({ level, message, durationMs, since, details }: Report) => ({
  status: level === "info" ? "passed" : "failed",
  level,
  message: message ?? undefined,
  duration_seconds: secondsOf(durationMs),
  since,
  details,
});

/** What a round found, as an event: the gravest finding is its level. */
export const healthEvent = (
  reports: readonly Report[],
  durationMs: number,
  locale: Locale,
): EventInput => {
  // What is told of them may be cut: those that fail come first.
  const ranked = reports.toSorted((left, right) => rankOf(right.level) - rankOf(left.level));
  const failed = ranked.filter(({ level }) => level !== "info");
  const level: EventLevel = failed[0]?.level ?? "info";
  return {
    event_type: "health_check",
    level,
    message: summary(reports.length, failed, locale),
    details: { checks: Object.fromEntries(ranked.map((one) => [one.name, entryOf(one)])) },
    metrics: {
      checks_total: reports.length,
      checks_failed: failed.length,
      duration_seconds: secondsOf(durationMs),
    },
  };
};
