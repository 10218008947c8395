import type { EventInput } from "@datasync-monitor/core";
import type { Delays } from "./delays.ts";
import type { LoopNews } from "./episode.ts";

/** To a tenth of a millisecond. */
const seconds = (ms: number): number => Math.round(ms * 10) / 10_000;

const beginnings: Readonly<Record<LoopNews, string>> = {
  slow: "The event loop is slow",
  "still-slow": "The event loop is still slow",
  recovered: "The event loop has recovered",
};

/** What a round measured, in words and numbers. */
export const eventLoopEvent = (
  news: LoopNews,
  { p50, p99, max }: Delays,
  thresholdMs: number,
): EventInput => ({
  event_type: "performance_warning",
  level: news === "recovered" ? "info" : "warning",
  message: `${beginnings[news]}: p99 ${Math.round(p99)} ms, longest stall ${Math.round(max)} ms`,
  details: { source: "event-loop", status: news === "recovered" ? "ok" : "slow" },
  metrics: {
    delay_p50_seconds: seconds(p50),
    delay_p99_seconds: seconds(p99),
    delay_max_seconds: seconds(max),
    threshold_seconds: seconds(thresholdMs),
  },
});
