import { checkTimeZone, describeTime } from "./describe-time.ts";
import {
  cleanText,
  isEmpty,
  isErrorKey,
  type Speech,
  speechOf,
  valueText,
} from "./describe-values.ts";
import type { Words } from "./describe-words.ts";
import type { JsonValue } from "./errors.ts";
import type { EventLevel, MonitorEvent } from "./event.ts";
import type { Locale } from "./notifier.ts";
import { singleLine, truncate } from "./text.ts";

export interface DescribedField {
  /** In the reader's language where it is one of ours, else the key itself. One line. */
  readonly label: string;
  /**
   * At most 1,000 characters; may hold line ends. Plain text, not escaped for any destination. Of a list or an
   * object, at most 20 parts and the number of the others: abreast where all are short, else on a line each that
   * begins with "- ", so that they stay apart in one line too.
   */
  readonly value: string;
  /** true: short enough to stand beside another. */
  readonly short: boolean;
}

/** An event in words: what every renderer starts from. Plain text throughout, not escaped for any destination. */
export interface Description {
  /** What happened, by event type: "Data sync failed". Your own types: the type itself. */
  readonly title: string;
  readonly level: EventLevel;
  readonly levelLabel: string;
  /** `#rrggbb`: blue, amber, red, deep red. */
  readonly color: string;
  /** May hold line ends, but no other control characters. */
  readonly message: string;
  /** In the reader's time zone, with its offset: "2025-08-29 18:30:00 +08:00". */
  readonly time: string;
  /** Service, event type, time, then `errors`, metrics, and the other details: at most 30, then one that counts the rest. */
  readonly fields: readonly DescribedField[];
  /** What went wrong, by `details.error` and `details.last_error`: those of `fields` after the first three. */
  readonly errors: readonly DescribedField[];
}

export interface DescribeOptions {
  /** Default "en". */
  readonly locale?: Locale | undefined;
  /** An IANA name. Default "UTC". */
  readonly timeZone?: string | undefined;
}

const colors: Readonly<Record<EventLevel, string>> = {
  info: "#2563eb",
  warning: "#d97706",
  error: "#dc2626",
  critical: "#7f1d1d",
};

const mostFields = 30;
const longestLabel = 80;
const longestShort = 40;

const asField = (label: string, value: string): DescribedField => ({
  label,
  value,
  short: value.length <= longestShort && !value.includes("\n"),
});

/** A key may be named like a property of every object. */
const wordFor = (words: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(words, key) ? words[key] : undefined;

const labelOf = (key: string, words: Words): string =>
  wordFor(words.labels, key) ?? singleLine(truncate(key, longestLabel));

/** Told before all others, so that no number of these can hide them. One that is false or empty says that nothing went wrong. */
const isError = ([key, value]: readonly [string, JsonValue]): boolean =>
  isErrorKey(key) && Boolean(value) && !isEmpty(value);

const fieldsOf = (event: MonitorEvent, time: string, speech: Speech) => {
  const { words, count } = speech;
  const fields = [
    asField(words.service, singleLine(event.service)),
    asField(words.eventType, singleLine(event.event_type)),
    asField(words.time, time),
  ];
  const details = Object.entries(event.details);
  const wrong = details.filter(isError);
  const members: readonly (readonly [string, JsonValue, boolean?])[] = [
    ...wrong,
    ...Object.entries(event.metrics).map(([key, value]) => [key, value, true] as const),
    ...details.filter((detail) => !isError(detail)),
  ];
  let left = members.length;
  for (const [key, value, counted = false] of members) {
    if (fields.length >= mostFields) break;
    left -= 1;
    const field = asField(labelOf(key, words), valueText(key, value, counted, speech));
    const said = fields.some((f) => f.label === field.label && f.value === field.value);
    if (!said) fields.push(field); // the guide gives the duration as a metric and as a detail
  }
  if (left > 0) fields.push(asField(words.more, words.moreFields(count.format(left))));
  return { fields, errors: fields.slice(3, 3 + wrong.length) };
};

/**
 * Puts an event into words, in English or Chinese, with its time in a named zone.
 *
 * Durations, sizes and shares are known by their keys (`_seconds`, `duration`, `_bytes`,
 * `_ratio`, `success_rate`). Metrics and counts are grouped ("12,345"), other numbers in details are not: they
 * may be ports, years or ids. A detail that is a moment of RFC 3339 is given as the event's own time is.
 *
 * @throws ConfigError for a time zone that does not exist.
 */
export const describe = (event: MonitorEvent, options: DescribeOptions = {}): Description => {
  const locale = options.locale === "zh-CN" ? "zh-CN" : "en";
  const timeZone = checkTimeZone("describe()", options.timeZone);
  const speech = speechOf(locale, timeZone);
  const { words } = speech;
  const time = describeTime(event.timestamp, timeZone);
  return {
    title: wordFor(words.titles, event.event_type) ?? singleLine(event.event_type),
    level: event.level,
    levelLabel: words.levels[event.level],
    color: colors[event.level],
    message: cleanText(event.message),
    time,
    ...fieldsOf(event, time, speech),
  };
};
