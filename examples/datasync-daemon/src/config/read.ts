import { checkOptions, type NumberRange, numberOption, textOption } from "@datasync-monitor/core";
import { type Config, type ConfigInput, type DatabaseConfig, defaults } from "./config.ts";

const pause: NumberRange = { min: 100, max: 2 ** 40 };
const span: NumberRange = { min: 0, max: 2 ** 42 };
const batch: NumberRange = { min: 1, max: 5_000, integer: true };
const count: NumberRange = { min: 0, max: 10_000_000, integer: true };
const port: NumberRange = { min: 0, max: 65_535, integer: true };
const share: NumberRange = { min: 0, max: 1 };

const text = (owner: string, name: string, value: unknown, base: string): string =>
  value === undefined ? base : textOption(owner, name, value);

/** A section of numbers, each in its range; what is left out is as in `base`. */
const numbers = <Name extends string>(
  owner: string,
  section: string,
  given: Partial<Record<Name, unknown>> = {},
  base: Readonly<Record<Name, number>>,
  ranges: Readonly<Record<Name, NumberRange>>,
): Record<Name, number> => {
  checkOptions(`${owner}: \`${section}\``, given, Object.keys(ranges));
  const read: Record<Name, number> = { ...base };
  for (const name of Object.keys(ranges) as Name[]) {
    const option = `${section}.${name}`;
    read[name] = numberOption(owner, option, given[name], base[name], ranges[name]);
  }
  return read;
};

const database = (
  owner: string,
  section: string,
  given: Partial<DatabaseConfig> = {},
  base: DatabaseConfig,
): DatabaseConfig => {
  checkOptions(`${owner}: \`${section}\``, given, ["url", "schema"]);
  const { url, schema } = given;
  return {
    url: text(owner, `${section}.url`, url, base.url),
    schema: schema === undefined ? base.schema : textOption(owner, `${section}.schema`, schema),
  };
};

/** A section whose names and values are checked by the probe it is for. */
const passed = <Section extends object>(
  owner: string,
  section: string,
  given: Partial<Section> = {},
  base: Section,
): Section => {
  checkOptions(`${owner}: \`${section}\``, given, Object.keys(given));
  return { ...base, ...given };
};

/**
 * A whole configuration: what `input` says, and `base` where it is silent.
 *
 * @param owner - Where the input is from, as the user knows it: a file's name.
 * @throws ConfigError naming the option that is wrong; a URL is never repeated.
 */
export const readConfig = (owner: string, input: unknown, base: Config = defaults): Config => {
  checkOptions(owner, input, Object.keys(defaults));
  const given = input as ConfigInput; // each value is checked below, or by its probe
  const metrics = given.metrics ?? {};
  checkOptions(`${owner}: \`metrics\``, metrics, ["host", "port"]);
  return {
    service: text(owner, "service", given.service, base.service),
    source: database(owner, "source", given.source, base.source),
    target: database(owner, "target", given.target, base.target),
    events: text(owner, "events", given.events, base.events),
    sync: numbers(owner, "sync", given.sync, base.sync, {
      everyMs: pause,
      batchRows: batch,
      settleMs: span,
      slowAfterMs: span,
    }),
    cleanup: numbers(owner, "cleanup", given.cleanup, base.cleanup, {
      everyMs: pause,
      retentionMs: span,
      batchRows: batch,
      maxShare: share,
    }),
    health: passed(owner, "health", given.health, base.health),
    storage: passed(owner, "storage", given.storage, base.storage),
    eventLoop: passed(owner, "eventLoop", given.eventLoop, base.eventLoop),
    heartbeat: passed(owner, "heartbeat", given.heartbeat, base.heartbeat),
    metrics: {
      host: text(owner, "metrics.host", metrics.host, base.metrics.host),
      port: numberOption(owner, "metrics.port", metrics.port, base.metrics.port, port),
    },
    sample: numbers(owner, "sample", given.sample, base.sample, {
      rows: count,
      seed: { min: 0, max: 2 ** 31, integer: true },
      newRows: count,
      everyMs: pause,
    }),
    closeMs: numberOption(owner, "closeMs", given.closeMs, base.closeMs, span),
  };
};
