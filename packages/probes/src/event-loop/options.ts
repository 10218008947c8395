import { checkOptions, numberOption } from "@datasync-monitor/core";
import { everyOption } from "../options.ts";

export interface EventLoopWatcherOptions {
  /** A round whose 99th percentile of delay reaches it is slow. Default 200. */
  readonly thresholdMs?: number | undefined;
  /** How long a round measures. Default 30,000. */
  readonly everyMs?: number | undefined;
  /** How long the delay must have kept below 80 % of the threshold for a warning to be over. Default 300,000. */
  readonly cooldownMs?: number | undefined;
  /** After so long without a word, a loop that is still slow is told again. Default 1 hour. */
  readonly remindMs?: number | undefined;
}

export interface EventLoopSettings {
  readonly thresholdMs: number;
  readonly everyMs: number;
  readonly cooldownMs: number;
  readonly remindMs: number;
}

const owner = "eventLoopWatcher()";
const dayMs = 86_400_000;

/** @throws ConfigError naming the option that is wrong. */
export const readOptions = (options: EventLoopWatcherOptions): EventLoopSettings => {
  checkOptions(owner, options, ["thresholdMs", "everyMs", "cooldownMs", "remindMs"]);
  const duration = (
    name: "thresholdMs" | "cooldownMs" | "remindMs",
    fallback: number,
    min: number,
  ) => numberOption(owner, name, options[name], fallback, { min, max: dayMs });
  return {
    thresholdMs: duration("thresholdMs", 200, 10),
    everyMs: everyOption(owner, options.everyMs, 30_000),
    cooldownMs: duration("cooldownMs", 300_000, 0),
    remindMs: duration("remindMs", 3_600_000, 1_000),
  };
};
