import type { EventInput, Locale } from "@datasync-monitor/core";
import type { Delays } from "./delays.ts";
import type { LoopNews } from "./episode.ts";
import { loopWords } from "./words.ts";

/** To a tenth of a millisecond. */
const seconds = (ms: number): number => Math.round(ms * 10) / 10_000;

const messageOf = (news: LoopNews, { p99, max }: Delays, locale: Locale): string => {
  const { beginnings, message } = loopWords[locale];
  return message(beginnings[news], Math.round(p99), Math.round(max));
};

/** What a round measured, in words and numbers. */
export const eventLoopEvent = (
  news: LoopNews,
  delays: Delays,
  thresholdMs: number,
  locale: Locale,
): EventInput => ({
  event_type: "performance_warning",
  level: news === "recovered" ? "info" : "warning",
  message: messageOf(news, delays, locale),
  details: { source: "event-loop", status: news === "recovered" ? "ok" : "slow" },
  metrics: {
    delay_p50_seconds: seconds(delays.p50),
    delay_p99_seconds: seconds(delays.p99),
    delay_max_seconds: seconds(delays.max),
    threshold_seconds: seconds(thresholdMs),
  },
});
