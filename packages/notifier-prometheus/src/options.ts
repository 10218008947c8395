import { ConfigError, checkOptions, EventType, numberOption } from "@datasync-monitor/core";
import { Registry } from "prom-client";
import { other } from "./labels.ts";

/** What `prometheus()` takes. Nothing is required, and nothing here is secret. */
export interface PrometheusOptions {
  /**
   * A prom-client registry of yours, so that one scrape shows your metrics too. Default: a new one;
   * prom-client's global registry is never touched. One that is set to OpenMetrics is shown in that alone.
   */
  readonly registry?: Registry | undefined;
  /** What every metric name begins with; ends with `_`. Default `"datasync_monitor_"`. */
  readonly prefix?: string | undefined;
  /**
   * Your own event types that get a `type` label of their own, at most 100. All that are neither
   * these nor the guide's 13 count as `other`. A name that ends in `_start`, `_success` or `_failure`
   * gives its operation a label as well.
   */
  readonly eventTypes?: readonly string[] | undefined;
  /** Upper bounds of the operation duration histogram, in seconds, ascending. Default 0.1 s to 1 h. */
  readonly durationBuckets?: readonly number[] | undefined;
  /** Upper bounds of the operation records histogram, ascending. Default 1 to 1,000,000 by tens. */
  readonly recordsBuckets?: readonly number[] | undefined;
  /** How many receivers get a `receiver` label of their own, 1 to 1,000; the rest share `other`. Default 100. */
  readonly maxReceivers?: number | undefined;
}

/** The options, checked and completed. */
export interface Settings {
  readonly registry: Registry;
  readonly prefix: string;
  readonly types: readonly string[];
  readonly operations: readonly string[];
  readonly durationBuckets: readonly number[];
  readonly recordsBuckets: readonly number[];
  readonly maxReceivers: number;
}

const owner = "prometheus()";

// No colon: Prometheus keeps it for recording rules.
const prefixPattern = /^[a-zA-Z](?:[a-zA-Z0-9_]{0,62})_$/;
const typePattern = /^[a-z][a-z0-9_.]{0,63}$/;
const phasePattern = /^(.+)_(?:start|success|failure)$/;
const mostTypes = 100;
const mostBuckets = 50;

const defaultDurations = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1_800, 3_600];
const defaultRecords = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

// Recognised by what it can do: the user's prom-client may be another copy than ours.
const registryMethods = ["metrics", "registerMetric", "getSingleMetric", "getMetricsAsArray"];

const registryOption = (value: Registry | undefined): Registry => {
  if (value === undefined) return new Registry();
  const fits =
    typeof value === "object" &&
    value !== null &&
    registryMethods.every((method) => typeof Reflect.get(value, method) === "function");
  if (fits) return value;
  throw new ConfigError("registry", `${owner}: \`registry\` must be a prom-client Registry.`);
};

const prefixOption = (value: unknown): string => {
  if (value === undefined) return "datasync_monitor_";
  if (typeof value === "string" && prefixPattern.test(value)) return value;
  throw new ConfigError(
    "prefix",
    `${owner}: \`prefix\` must be letters, digits and underscores, begin with a letter and end with \`_\`, such as "billing_".`,
  );
};

const typesOption = (value: unknown): readonly string[] => {
  if (value === undefined) return [];
  const fits =
    Array.isArray(value) &&
    value.length <= mostTypes &&
    value.every((type) => typeof type === "string" && typePattern.test(type));
  // Twice in the list it would be read twice from the books, as itself and as the rest.
  if (fits) return value.filter((type) => type !== other);
  throw new ConfigError(
    "eventTypes",
    `${owner}: \`eventTypes\` must be at most ${mostTypes} event types, each lower-case letters, digits, \`_\` and \`.\`, without \`*\`.`,
  );
};

const bucketsOption = (
  name: string,
  value: unknown,
  fallback: readonly number[],
): readonly number[] => {
  if (value === undefined) return fallback;
  const fits =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= mostBuckets &&
    value.every(
      (bound, index) =>
        Number.isFinite(bound) && bound > 0 && (index === 0 || bound > value[index - 1]),
    );
  if (fits) return value;
  throw new ConfigError(
    name,
    `${owner}: \`${name}\` must be 1 to ${mostBuckets} finite numbers above 0, each greater than the one before.`,
  );
};

/** What many an exporter takes where it is made. */
const refuseServeOptions = (options: object): void => {
  for (const name of ["port", "host", "path"]) {
    if (Object.hasOwn(options ?? {}, name))
      throw new ConfigError(name, `${owner} does not listen: pass \`${name}\` to its \`serve()\`.`);
  }
};

/** @throws ConfigError naming the option that is wrong. */
export const readOptions = (options: PrometheusOptions): Settings => {
  refuseServeOptions(options);
  checkOptions(owner, options, [
    "registry",
    "prefix",
    "eventTypes",
    "durationBuckets",
    "recordsBuckets",
    "maxReceivers",
  ]);
  const types = [...new Set([...Object.values(EventType), ...typesOption(options.eventTypes)])];
  return {
    registry: registryOption(options.registry),
    prefix: prefixOption(options.prefix),
    types,
    operations: [...new Set(types.flatMap((type) => phasePattern.exec(type)?.[1] ?? []))],
    durationBuckets: bucketsOption("durationBuckets", options.durationBuckets, defaultDurations),
    recordsBuckets: bucketsOption("recordsBuckets", options.recordsBuckets, defaultRecords),
    maxReceivers: numberOption(owner, "maxReceivers", options.maxReceivers, 100, {
      min: 1,
      max: 1_000,
      integer: true,
    }),
  };
};
