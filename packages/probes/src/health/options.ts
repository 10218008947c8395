import { types } from "node:util";
import {
  ConfigError,
  checkOptions,
  choiceOption,
  type EventLevel,
  numberOption,
  singleLine,
} from "@datasync-monitor/core";
import { everyOption, timeoutOption } from "../options.ts";

/** What a check found, in the service's own words. */
export interface HealthFinding {
  /** `"info"` passes; any other fails, that gravely. */
  readonly level: EventLevel;
  /** Shown to people. One line of at most 300 characters is kept. */
  readonly message?: string | undefined;
  readonly details?: object | undefined;
}

/** Nothing and true pass; false fails. */
export type HealthCheckResult = void | boolean | HealthFinding;

/** Looks at one thing. Throwing fails. `signal` aborts at the deadline, and when the probe is stopped. */
export type HealthCheckFunction = (
  signal: AbortSignal,
) => HealthCheckResult | PromiseLike<HealthCheckResult>;

export interface HealthCheck {
  readonly run: HealthCheckFunction;
  /** How grave it is that it fails, unless its finding says. `"critical"` makes the service unhealthy. Default `"error"`. */
  readonly level?: Exclude<EventLevel, "info"> | undefined;
}

export interface HealthChecksOptions {
  /** At least one, by name. */
  readonly checks: Readonly<Record<string, HealthCheckFunction | HealthCheck>>;
  /** A round runs all checks at once. Default 30,000. */
  readonly everyMs?: number | undefined;
  /** For one check. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** So many rounds without a change, and the outcome is told again. Default 10. */
  readonly everyRounds?: number | undefined;
}

export interface NamedCheck extends HealthCheck {
  readonly name: string;
  readonly level: Exclude<EventLevel, "info">;
}

export interface HealthSettings {
  readonly checks: readonly NamedCheck[];
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly everyRounds: number;
}

const owner = "healthChecks()";
const mostChecks = 100;
const longestName = 64;

const checkOption = (name: string, value: unknown): NamedCheck => {
  const option = `checks.${name}`;
  if (name === "" || name.length > longestName || singleLine(name) !== name) {
    const rule = `A check's name is one line of 1 to ${longestName} characters.`;
    throw new ConfigError("checks", `${owner}: ${rule}`);
  }
  const noCheck = () => {
    const rule = "must be a function, such as `() => ping()`, or have one as `run`.";
    return new ConfigError(option, `${owner}: \`${option}\` ${rule}`);
  };
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  // What `ping()` answers is most often a promise; what to do is to call it each round, not to await it.
  if (typeof value !== "function" && (!isObject || types.isPromise(value))) throw noCheck();
  const given: unknown = typeof value === "function" ? { run: value } : value;
  checkOptions(`${owner} \`${option}\``, given, ["run", "level"]);
  const { run, level } = given as HealthCheck;
  if (typeof run !== "function") throw noCheck();
  const allowed = ["warning", "error", "critical"] as const;
  return {
    name,
    run,
    level: choiceOption(owner, `${option}.level`, level, "error", allowed),
  };
};

const checksOption = (value: unknown): readonly NamedCheck[] => {
  const named = typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = named ? Object.entries(value) : [];
  if (entries.length > 0 && entries.length <= mostChecks)
    return entries.map(([name, check]) => checkOption(name, check));
  const rule = `must have 1 to ${mostChecks} checks by name, such as \`{ database: () => ping() }\`.`;
  throw new ConfigError("checks", `${owner}: \`checks\` ${rule}`);
};

/** @throws ConfigError naming the option that is wrong. */
export const readOptions = (options: HealthChecksOptions): HealthSettings => {
  checkOptions(owner, options, ["checks", "everyMs", "timeoutMs", "everyRounds"]);
  return {
    checks: checksOption(options.checks),
    everyMs: everyOption(owner, options.everyMs, 30_000),
    timeoutMs: timeoutOption(owner, options.timeoutMs, 5_000),
    everyRounds: numberOption(owner, "everyRounds", options.everyRounds, 10, {
      min: 1,
      max: 1_000_000,
      integer: true,
    }),
  };
};
