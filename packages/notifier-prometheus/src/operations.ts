import type { JsonObject, MonitorEvent } from "@datasync-monitor/core";
import { oneOf } from "./labels.ts";
import type { Meters } from "./meters.ts";
import type { Settings } from "./options.ts";

const endPattern = /^(.+)_(success|failure)$/;

/** Where a number is looked for, best first. */
interface Keys {
  readonly metrics: readonly string[];
  readonly details: readonly string[];
}

const alike = (...keys: readonly string[]): Keys => ({ metrics: keys, details: keys });

// The guide's second sample has `details.duration`, in seconds.
const durationKeys: Keys = {
  metrics: ["duration_seconds"],
  details: ["duration_seconds", "duration"],
};

/** What each of the guide's operations calls its records. */
const recordKeys = new Map([
  ["sync", alike("records_synced")],
  ["cleanup", alike("records_deleted")],
  ["migration", alike("records_migrated")],
]);
const ownRecordKeys = alike("records_processed", "records");

/** Beyond it a sum would lose single records, and in the end become infinite. */
const largest = Number.MAX_SAFE_INTEGER;

const firstNumber = (
  source: JsonObject | MonitorEvent["metrics"],
  keys: readonly string[],
): number | undefined => {
  for (const key of keys) {
    const value = Object.hasOwn(source, key) ? source[key] : undefined;
    if (typeof value === "number") return value;
  }
  return undefined;
};

/** NaN where core left the metric out because it was not finite; undefined where there is none. */
const numberIn = (event: MonitorEvent, keys: Keys): number | undefined => {
  const found =
    firstNumber(event.metrics, keys.metrics) ?? firstNumber(event.details, keys.details);
  if (found !== undefined) return found;
  const leftOut = event.details.invalid_metrics;
  const wasThere = Array.isArray(leftOut) && keys.metrics.some((key) => leftOut.includes(key));
  return wasThere ? Number.NaN : undefined;
};

/** Moves the operation metrics by one event. Events that end no operation move none. */
export const observeEvent = (
  event: MonitorEvent,
  meters: Meters,
  settings: Settings,
  nowMs: number,
): void => {
  const [, name, outcome] = endPattern.exec(event.event_type) ?? [];
  if (name === undefined || outcome === undefined) return;
  const operation = oneOf(name, settings.operations);

  const valid = (value: number | undefined): value is number => {
    if (value === undefined) return false;
    const fits = value >= 0 && value <= largest; // false for NaN
    if (!fits) meters.invalid.inc();
    return fits;
  };

  const seconds = numberIn(event, durationKeys);
  if (valid(seconds)) meters.operationDuration.observe({ operation, outcome }, seconds);

  const records = numberIn(event, recordKeys.get(name) ?? ownRecordKeys);
  if (valid(records)) {
    meters.operationRecords.observe({ operation, outcome }, records);
    meters.records.inc({ operation }, records);
  }

  if (outcome === "success") {
    // One event from a clock that is ahead must not hold the gauge, and silence its alert, for ever.
    const at = Math.min(Date.parse(event.timestamp), nowMs) / 1_000;
    if (valid(at)) meters.lastSuccess.raise({ operation }, at);
  }
};
