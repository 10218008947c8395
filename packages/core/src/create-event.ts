import type { Clock } from "./clock.ts";
import { isJsonObject, type JsonObject } from "./errors.ts";
import { type EventLevel, levels, type MonitorEvent } from "./event.ts";
import { idSource, type Random } from "./id.ts";
import { type JsonLimits, toJson } from "./json.ts";
import type { Redaction } from "./redaction.ts";
import { eventBytes } from "./store/weight.ts";
import { singleLine, truncate } from "./text.ts";

/** What an event is made with besides its input. */
export interface EventContext {
  readonly service: string;
  readonly limits: JsonLimits;
  readonly redaction: Redaction | undefined;
  /** Added to every event's details, under the event's own. */
  readonly details: Details | undefined;
}

/** A snapshot, with the heap it takes. */
export interface Details {
  readonly value: JsonObject;
  readonly bytes: number;
}

/** An event as it was made, with the heap it takes. */
export interface CreatedEvent {
  readonly event: MonitorEvent;
  /** Estimated from lengths: 2 × the characters. */
  readonly bytes: number;
  /** How many fields of its input had a value. */
  readonly given: number;
}

/** Makes an event of whatever it is given, or says in one sentence why not. Never throws. */
export type EventFactory = (input: unknown, context: EventContext) => CreatedEvent | string;

const typePattern = /^[a-z][a-z0-9_.]{0,63}$/;
const maxMessage = 16_384;
const maxMetrics = 256;
const maxKnownTypes = 1_000;
const noDetails: JsonObject = Object.freeze({});
const noMetrics: Readonly<Record<string, number>> = Object.freeze({});

interface KnownType {
  readonly type: string;
  readonly level: EventLevel;
}

const defaultLevel = (type: string): EventLevel =>
  type.endsWith("_failure") ? "error" : type.endsWith("_warning") ? "warning" : "info";

class Invalid extends Error {}

const one = (value: unknown): number => (value === undefined ? 0 : 1);

const shown = (value: unknown): string =>
  typeof value === "string"
    ? `"${truncate(singleLine(value), 40)}"`
    : value === null
      ? "null"
      : typeof value;

const checkLevel = (level: unknown): EventLevel => {
  const found = levels.find((known) => known === level);
  if (found) return found;
  throw new Invalid(`\`level\` must be one of ${levels.join(", ")}, but it is ${shown(level)}.`);
};

/** ECMAScript's own range; years beyond 9999 or before 0 are not RFC 3339. */
const stamp = (value: unknown): string => {
  const ms =
    value instanceof Date
      ? value.getTime()
      : typeof value === "string"
        ? Date.parse(value)
        : Number.NaN;
  if (ms >= -62_167_219_200_000 && ms <= 253_402_300_799_999) return new Date(ms).toISOString();
  throw new Invalid(
    `\`timestamp\` must be a valid Date or RFC 3339 string, but it is ${shown(value)}.`,
  );
};

const checkMessage = (message: unknown): string => {
  if (typeof message !== "string")
    throw new Invalid(`\`message\` must be a string, but it is ${shown(message)}.`);
  return truncate(message, maxMessage);
};

interface CheckedMetrics {
  readonly values: Readonly<Record<string, number>>;
  readonly invalid: string[] | undefined;
  readonly bytes: number;
}

const nothingMeasured: CheckedMetrics = { values: noMetrics, invalid: undefined, bytes: 0 };

const checkMetrics = (metrics: unknown): CheckedMetrics => {
  if (metrics === undefined || metrics === null) return nothingMeasured;
  if (typeof metrics !== "object")
    throw new Invalid(`\`metrics\` must be an object of numbers, but it is ${shown(metrics)}.`);
  const values: Record<string, number> = {};
  let invalid: string[] | undefined;
  let bytes = 0;
  let count = 0;
  for (const name of Object.keys(metrics)) {
    const value: unknown = (metrics as Record<string, unknown>)[name];
    if (value === undefined) continue;
    count += 1;
    if (
      typeof value === "number" &&
      Number.isFinite(value) &&
      count <= maxMetrics &&
      name !== "__proto__"
    ) {
      values[name] = value + 0; // no -0: JSON has none
      bytes += 2 * name.length + 16;
    } else {
      invalid ??= [];
      if (invalid.length < 32) invalid.push(truncate(singleLine(name), 64));
    }
  }
  return { values: Object.freeze(values), invalid, bytes };
};

const nothingToDetail: Details = { value: noDetails, bytes: 0 };

/** Never throws, whatever the details do when they are read. */
export const snapshotOf = (
  details: unknown,
  { limits, redaction }: Pick<EventContext, "limits" | "redaction">,
): Details => {
  if (details === undefined || details === null) return nothingToDetail;
  const { value, bytes } = toJson(details, limits, redaction);
  return { value: isJsonObject(value) ? value : Object.freeze({ value }), bytes };
};

/** The event's own over those it is bound to; where both are too much, the latter are cut. */
const withBound = (own: Details, { details: bound, limits }: EventContext): Details => {
  if (bound === undefined) return own;
  const bytes = own.bytes + bound.bytes;
  if (bytes <= limits.maxBytes)
    return { value: Object.freeze({ ...bound.value, ...own.value }), bytes };
  return snapshotOf(
    { ...own.value, ...bound.value, ...own.value },
    { limits, redaction: undefined },
  );
};

const naming = (details: JsonObject, invalid: string[] | undefined): JsonObject =>
  invalid === undefined
    ? details
    : Object.freeze({ ...details, invalid_metrics: Object.freeze(invalid) });

/** A time in RFC 3339. Formats a second once: a Date is dear in a process that idles between events. */
const presentStamp = (): ((at: number) => string) => {
  let second = Number.NaN;
  let upToSecond = "";
  let stampedAt = Number.NaN;
  let stamped = "";
  return (at) => {
    const now = Math.floor(at);
    if (now === stampedAt) return stamped;
    if (Math.floor(now / 1_000) !== second) {
      second = Math.floor(now / 1_000);
      upToSecond = new Date(now).toISOString().slice(0, -4);
    }
    stampedAt = now;
    stamped = `${upToSecond}${String(1_000 + now - second * 1_000).slice(1)}Z`;
    return stamped;
  };
};

export const eventFactory = (clock: Clock, random: Random): EventFactory => {
  const nextId = idSource(clock, random);
  const known = new Map<string, KnownType>();
  const present = presentStamp();

  const checkType = (type: unknown): KnownType => {
    const cached = known.get(type as string);
    if (cached) return cached;
    if (typeof type !== "string" || !typePattern.test(type)) {
      throw new Invalid(
        `\`event_type\` must be lower-case words such as "sync_success", but it is ${shown(type)}.`,
      );
    }
    const fresh = { type, level: defaultLevel(type) };
    if (known.size < maxKnownTypes) known.set(type, fresh);
    return fresh;
  };

  const create = (input: Record<string, unknown>, context: EventContext): CreatedEvent => {
    const { type, level: usual } = checkType(input.event_type);
    const { level, timestamp: at, details: told, metrics: measured } = input;
    const message = checkMessage(input.message);
    const details = withBound(snapshotOf(told, context), context);
    const metrics = checkMetrics(measured);
    const now = clock.now();
    const event: MonitorEvent = Object.freeze({
      id: nextId(now),
      timestamp: at === undefined ? present(now) : stamp(at),
      event_type: type,
      level: level === undefined ? usual : checkLevel(level),
      service: context.service,
      message,
      details: naming(details.value, metrics.invalid),
      metrics: metrics.values,
    });
    const bytes = eventBytes + 2 * message.length + details.bytes + metrics.bytes;
    // Its type and its message, for one; to count costs half of what it costs to compare names.
    return { event, bytes, given: 2 + one(level) + one(at) + one(told) + one(measured) };
  };

  return (input, context) => {
    try {
      if (typeof input !== "object" || input === null) {
        return `An event is an object with \`event_type\` and \`message\`, but it is ${shown(input)}.`;
      }
      return create(input as Record<string, unknown>, context);
    } catch (error) {
      return error instanceof Invalid
        ? error.message
        : "The event could not be read: a property of it throws.";
    }
  };
};
