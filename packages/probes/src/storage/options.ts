import { ConfigError, checkOptions, numberOption } from "@datasync-monitor/core";
import { everyOption, functionOption, timeoutOption } from "../options.ts";
import { type StorageReading, statfsReading } from "./reading.ts";

/** Answers how much there is and how much is left, of whatever `path` names. `signal` aborts at the deadline. */
export type StorageMeasure = (
  path: string,
  signal: AbortSignal,
) => StorageReading | PromiseLike<StorageReading>;

export interface StorageWatcherOptions {
  /** 1 to 100. The file system that holds each is watched. */
  readonly paths: readonly string[];
  /** The used share, above 0 and below 1, from which it is a warning. Default 0.85. */
  readonly warnAt?: number | undefined;
  /** From which it is critical; above `warnAt`, at most 1. Default 0.95. */
  readonly criticalAt?: number | undefined;
  /** By how much the used share must fall below a threshold for it to be over. Default 0.02. */
  readonly hysteresis?: number | undefined;
  /** Default 60,000; at most 6 hours. */
  readonly everyMs?: number | undefined;
  /** After so long without a change, what is not well is told again. Default 6 hours; at most 12. */
  readonly remindMs?: number | undefined;
  /** For one reading. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Reads something else than file systems, such as a quota. Default: `statfs`. */
  readonly measure?: StorageMeasure | undefined;
}

export interface StorageSettings {
  readonly paths: readonly string[];
  readonly warnAt: number;
  readonly criticalAt: number;
  readonly hysteresis: number;
  readonly everyMs: number;
  readonly remindMs: number;
  readonly timeoutMs: number;
  readonly measure: StorageMeasure;
}

const owner = "storageWatcher()";
const hourMs = 3_600_000;
const mostPaths = 100;
/** 0 and less are no share of anything. */
const leastRatio = 0.000_001;

const pathsOption = (value: unknown): readonly string[] => {
  const fits =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= mostPaths &&
    value.every((path) => typeof path === "string" && path !== "");
  if (fits) return [...new Set<string>(value)];
  const rule = `must be 1 to ${mostPaths} paths, such as \`["/data"]\`.`;
  throw new ConfigError("paths", `${owner}: \`paths\` ${rule}`);
};

const known = [
  "paths",
  "warnAt",
  "criticalAt",
  "hysteresis",
  "everyMs",
  "remindMs",
  "timeoutMs",
  "measure",
];

/** @throws ConfigError naming the option that is wrong. */
export const readOptions = (options: StorageWatcherOptions): StorageSettings => {
  checkOptions(owner, options, known);
  const ratio = (name: "warnAt" | "criticalAt" | "hysteresis", fallback: number, max: number) =>
    numberOption(owner, name, options[name], fallback, {
      min: name === "hysteresis" ? 0 : leastRatio,
      max,
    });
  const warnAt = ratio("warnAt", 0.85, 1);
  const criticalAt = ratio("criticalAt", 0.95, 1);
  if (warnAt >= criticalAt) {
    const rule = `must be above \`warnAt\` (${warnAt}), but it is ${criticalAt}.`;
    throw new ConfigError("criticalAt", `${owner}: \`criticalAt\` ${rule}`);
  }
  return {
    paths: pathsOption(options.paths),
    warnAt,
    criticalAt,
    hysteresis: ratio("hysteresis", 0.02, 0.5),
    // A status answer looks back 24 hours for a storage warning: a lasting one must have been told again by then.
    everyMs: everyOption(owner, options.everyMs, 60_000, 6 * hourMs),
    remindMs: numberOption(owner, "remindMs", options.remindMs, 6 * hourMs, {
      min: 1_000,
      max: 12 * hourMs,
    }),
    timeoutMs: timeoutOption(owner, options.timeoutMs, 5_000),
    measure: functionOption(owner, "measure", options.measure) ?? statfsReading,
  };
};
