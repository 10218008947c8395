import { type Words, wordsOf } from "./describe-words.ts";
import type { JsonObject, JsonValue } from "./errors.ts";
import type { Locale } from "./notifier.ts";
import { truncate } from "./text.ts";

/** The longest text a value becomes. */
const longest = 1_000;
/** How deep errors are followed into their causes. */
const mostCauses = 5;

/** All that a value's text depends on besides the value. Made once a language. */
interface Speech {
  readonly words: Words;
  /** 12,345.679 */
  readonly count: Intl.NumberFormat;
  /** 0.00001235 */
  readonly small: Intl.NumberFormat;
  /** 8080: a detail may be a port, a year or an id, and those take no commas. */
  readonly plain: Intl.NumberFormat;
  readonly tenths: Intl.NumberFormat;
  readonly percent: Intl.NumberFormat;
}

const speeches = new Map<Locale, Speech>();

const speechOf = (locale: Locale): Speech => {
  const known = speeches.get(locale);
  if (known !== undefined) return known;
  const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const speech: Speech = {
    words: wordsOf(locale),
    count: format({ maximumFractionDigits: 3 }),
    small: format({ maximumSignificantDigits: 4 }),
    plain: format({ maximumFractionDigits: 3, useGrouping: false }),
    tenths: format({ maximumFractionDigits: 1 }),
    percent: format({ style: "percent", maximumFractionDigits: 2 }),
  };
  speeches.set(locale, speech);
  return speech;
};

type Unit = keyof Words["units"];

const durationText = (seconds: number, { words, tenths, small }: Speech): string => {
  const say = (...parts: (readonly [number | string, Unit])[]): string =>
    parts
      .filter(([amount], index) => index === 0 || amount !== 0)
      .map(([amount, unit]) => `${amount} ${words.units[unit]}`)
      .join(" ");
  const ms = seconds * 1_000;
  if (seconds < 0) return say([small.format(seconds), "s"]);
  if (ms > 0 && Math.round(ms) < 1_000)
    return say([small.format(ms < 10 ? ms : Math.round(ms)), "ms"]);
  if (Math.round(seconds * 10) < 600) return say([tenths.format(seconds), "s"]);
  // Each step rounds to its own smallest unit first, so that 3,599.9 s is an hour and not 60 min.
  const s = Math.round(seconds);
  if (s < 3_600) return say([Math.floor(s / 60), "min"], [s % 60, "s"]);
  const min = Math.round(s / 60);
  if (min < 1_440) return say([Math.floor(min / 60), "h"], [min % 60, "min"]);
  const h = Math.round(min / 60);
  return say([Math.floor(h / 24), "d"], [h % 24, "h"]);
};

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

const bytesText = (bytes: number, { tenths }: Speech): string => {
  let amount = bytes;
  let unit = 0;
  // 1,023.95 would be written as 1,024
  while (Math.abs(amount) >= 1_023.95 && unit < byteUnits.length - 1) {
    amount /= 1_024;
    unit += 1;
  }
  return `${tenths.format(amount)} ${byteUnits[unit]}`;
};

const countText = (value: number, speech: Speech): string =>
  (value === 0 || Math.abs(value) >= 0.1 ? speech.count : speech.small).format(value);

const isCount = (key: string): boolean => /^records_|_(count|total)$/.test(key);

const numberText = (key: string, value: number, counted: boolean, speech: Speech): string => {
  if (key === "duration" || /_seconds$|^seconds_to_/.test(key)) return durationText(value, speech);
  if (/_bytes(_per_hour)?$/.test(key)) return bytesText(value, speech);
  const share = key === "success_rate" || key.endsWith("_ratio");
  // Nearly all is not all.
  if (share && value >= 0 && value < 1) return speech.percent.format(Math.min(value, 0.9999));
  if (share && value === 1) return speech.percent.format(1);
  if (counted || isCount(key)) return countText(value, speech);
  return (value === 0 || Math.abs(value) >= 0.1 ? speech.plain : speech.small).format(value);
};

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

const isEmpty = (value: JsonValue): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

const textIn = (object: JsonObject, key: string): string | undefined => {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** "TypeError: fetch failed (caused by Error: connect ECONNREFUSED)"; undefined when it is no error. */
const errorText = (object: JsonObject, words: Words, causes = 0): string | undefined => {
  const name = textIn(object, "name");
  if (name === undefined || typeof object.message !== "string") return undefined;
  const [message, code] = [textIn(object, "message"), textIn(object, "code")];
  const said = message ?? code;
  const unsaid = code !== undefined && said?.includes(code) === false ? ` (${code})` : "";
  const what = said === undefined ? name : `${name}: ${said}${unsaid}`;
  const cause = object.cause;
  if (typeof cause !== "object" || cause === null || isList(cause)) return what;
  const why = causes < mostCauses ? errorText(cause, words, causes + 1) : undefined;
  return why === undefined ? what : words.causedBy(what, why);
};

/** Joins what fits; a value of 10,000 members is not written out to be cut. */
const joined = (parts: Iterable<string>, between: string): string => {
  let text = "";
  for (const part of parts) {
    text += text === "" ? part : between + part;
    if (text.length > longest) break;
  }
  return text;
};

function* memberTexts(object: JsonObject, speech: Speech): Generator<string> {
  for (const [key, member] of Object.entries(object)) {
    yield `${key}: ${nestedText(key, member, speech)}`;
  }
}

function* itemTexts(items: readonly JsonValue[], speech: Speech): Generator<string> {
  for (const item of items) yield nestedText("", item, speech);
}

const nestedText = (key: string, value: JsonValue, speech: Speech): string => {
  const text = plainText(key, value, false, speech);
  if (typeof value !== "object" || value === null || isEmpty(value)) return text;
  if (isList(value)) return `[${text}]`;
  return errorText(value, speech.words) === undefined ? `{${text}}` : text;
};

const plainText = (key: string, value: JsonValue, counted: boolean, speech: Speech): string => {
  const { words } = speech;
  if (value === null || isEmpty(value)) return words.none;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "number") return numberText(key, value, counted, speech);
  if (typeof value === "string") return value;
  if (isList(value)) return joined(itemTexts(value, speech), words.betweenItems);
  return errorText(value, words) ?? joined(memberTexts(value, speech), words.betweenMembers);
};

/** Control characters and marks that turn text around; line ends and tabs stay. */
const unprintable = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Text of several lines that cannot move a cursor or turn what follows around. */
export const cleanText = (text: string): string =>
  text.toWellFormed().replaceAll("\r\n", "\n").replace(unprintable, " ");

/** A metric or detail as a reader takes it in, of at most 1,000 characters. */
export const valueText = (
  key: string,
  value: JsonValue,
  counted: boolean,
  locale: Locale,
): string => truncate(cleanText(plainText(key, value, counted, speechOf(locale))), longest);
