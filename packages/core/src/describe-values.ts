import { describeTime } from "./describe-time.ts";
import { type Words, wordsOf } from "./describe-words.ts";
import type { JsonObject, JsonValue } from "./errors.ts";
import type { Locale } from "./notifier.ts";
import { singleLine, truncate, withoutColors } from "./text.ts";

/** The longest text a value becomes. */
const longest = 1_000;
/** RFC 3339, with its zone: shown in the reader's. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** How deep errors are followed into their causes, and how many stand for one. */
const mostCauses = 5;

type NumberText = Pick<Intl.NumberFormat, "format">;

/** All that a value's text depends on besides the value. */
export interface Speech {
  readonly words: Words;
  /** An IANA name, checked. */
  readonly timeZone: string;
  /** 12,345.679 */
  readonly count: NumberText;
  /** 0.00001235 */
  readonly small: NumberText;
  /** 8080: a detail may be a port, a year or an id, and those take no commas. */
  readonly plain: NumberText;
  readonly tenths: NumberText;
  readonly percent: NumberText;
}

/** Where JavaScript itself writes an exponent: the digits, up to three hundred, would tell nothing more. */
const isExtreme = (value: number): boolean => {
  const size = Math.abs(value);
  return size >= 1e21 || (size < 1e-6 && size > 0);
};

const speeches = new Map<Locale, Omit<Speech, "timeZone">>();

export const speechOf = (locale: Locale, timeZone: string): Speech => {
  const known = speeches.get(locale);
  if (known !== undefined) return { ...known, timeZone };
  const extreme = new Intl.NumberFormat(locale, {
    notation: "scientific",
    maximumSignificantDigits: 4,
  });
  const format = (options: Intl.NumberFormatOptions): NumberText => {
    const usual = new Intl.NumberFormat(locale, options);
    return { format: (value: number) => (isExtreme(value) ? extreme : usual).format(value) };
  };
  const speech = {
    words: wordsOf(locale),
    count: format({ maximumFractionDigits: 3 }),
    small: format({ maximumSignificantDigits: 4 }),
    plain: format({ maximumFractionDigits: 6, useGrouping: false }),
    tenths: format({ maximumFractionDigits: 1 }),
    percent: format({ style: "percent", maximumFractionDigits: 2 }),
  };
  speeches.set(locale, speech);
  return { ...speech, timeZone };
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
  if (isExtreme(seconds)) return say([small.format(seconds), "s"]);
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

const isCount = (key: string): boolean => /^(total_)?records_|_(count|total)$/.test(key);

const hasUnit = (key: string): boolean => /_(seconds|bytes|ratio)$/.test(key);

const numberText = (key: string, value: number, counted: boolean, speech: Speech): string => {
  if (key === "duration" || /_seconds$|^seconds_to_/.test(key)) return durationText(value, speech);
  if (/_bytes(_per_hour)?$/.test(key)) return bytesText(value, speech);
  const share = key === "success_rate" || key.endsWith("_ratio");
  if (share && (value === 0 || value === 1)) return speech.percent.format(value);
  // Nearly all is not all, and nearly none is some.
  if (share && value > 0 && value < 1)
    return speech.percent.format(Math.min(Math.max(value, 0.0001), 0.9999));
  if (counted || isCount(key)) return countText(value, speech);
  return (value === 0 || Math.abs(value) >= 0.1 ? speech.plain : speech.small).format(value);
};

/** Under which an event says what went wrong. */
export const isErrorKey = (key: string): boolean => key === "error" || key === "last_error";

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

export const isEmpty = (value: JsonValue): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

const moreText = (left: number, { words, count }: Speech): string =>
  `… ${words.moreFields(count.format(left))}`;

const textIn = (object: JsonObject, key: string): string | undefined => {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
};

/**
 * "TypeError: fetch failed (caused by connect ECONNREFUSED)"; undefined when it is no error. The name "Error" tells nothing more.
 *
 * @param each - The most of a message that has a cause; a last one has three times as much.
 */
const errorText = (
  object: JsonObject,
  each: number,
  speech: Speech,
  depth = 0,
): string | undefined => {
  const name = textIn(object, "name");
  if (name === undefined || typeof object.message !== "string") return undefined;
  const [message, code] = [textIn(object, "message"), textIn(object, "code")];
  const said = message ?? code;
  const unsaid = code !== undefined && said?.includes(code) === false ? ` (${code})` : "";
  const what = said === undefined ? name : `${name === "Error" ? "" : `${name}: `}${said}${unsaid}`;
  const why = depth < mostCauses ? causesText(object, each, speech, depth + 1) : "";
  if (why !== "") return speech.words.causedBy(truncate(what, each), why);
  return depth === 0 ? what : truncate(what, 3 * each);
};

/** The cause of an error, and the errors that it stands for; empty when it names none. */
const causesText = (
  { cause = null, errors = [] }: JsonObject,
  each: number,
  speech: Speech,
  depth: number,
): string => {
  const parts = isList(errors) ? errors : [];
  const told = [cause, ...parts.slice(0, mostCauses)].flatMap((why) => {
    if (typeof why === "string") return why === "" ? [] : truncate(why, 3 * each);
    return typeof why === "object" && why !== null && !isList(why)
      ? (errorText(why, each, speech, depth) ?? [])
      : [];
  });
  const left = parts.length - mostCauses;
  if (told.length > 0 && left > 0) told.push(moreText(left, speech));
  return told.join(speech.words.betweenItems);
};

/** A chain that is longer is shortened, so that its end stays where there is room for its beginning alone. */
const longestChain = 400;

/** Of a long chain the messages before the last are cut most: the last cause explains the others. */
const errorWithin = (object: JsonObject, room: number, speech: Speech): string | undefined => {
  const whole = errorText(object, longest, speech);
  if (whole === undefined || whole.length <= Math.min(longestChain, room)) return whole;
  let text: string | undefined = whole;
  for (const each of [150, 100, 50]) {
    text = errorText(object, each, speech);
    if (text !== undefined && text.length <= room) break;
  }
  return text;
};

const errorMembers = new Set(["name", "message", "code", "cause", "errors"]);

/** Whether no more is lost than an error's stack and its own properties: anything may have a name and a message. */
const isToldAsError = (key: string, object: JsonObject): boolean =>
  isErrorKey(key) ||
  typeof object.stack === "string" ||
  Object.keys(object).every((name) => errorMembers.has(name));

/** A list or an object that is told by its parts. */
type Nest = readonly JsonValue[] | JsonObject;
/** @param key - The member that the list or object is. */
type Telling = (nest: Nest, key: string, speech: Speech) => string;

/** So many parts are told; the others are counted. */
const mostParts = 20;
const longestPart = 300;
/** Marks of lines, and the line that counts. */
const aside = 60;
/** Where one is longer, each part has a line of its own; where all have parts themselves, also where they are together. */
const longestAbreast = 60;

/** @param mark - Between a member's key and its text. */
function* partsOf(
  nest: Nest,
  key: string,
  mark: string,
  tell: Telling,
  speech: Speech,
): Generator<string> {
  // The unit of `latency_seconds: { p50, p99 }` is that of its members.
  const unit = hasUnit(key) ? key : undefined;
  if (isList(nest)) for (const item of nest) yield plainText(unit ?? "", item, false, speech, tell);
  else
    for (const [name, member] of Object.entries(nest))
      yield `${name}${mark}${plainText(unit ?? name, member, false, speech, tell)}`;
}

/** As many parts as there is room for, each one line. */
const within = (nest: Nest, key: string, mark: string, tell: Telling, speech: Speech): string[] => {
  const shown: string[] = [];
  let room = longest - aside;
  for (const part of partsOf(nest, key, mark, tell, speech)) {
    const line = singleLine(truncate(part, longestPart));
    room -= line.length + 2;
    if (shown.length === mostParts || room < 0) break;
    shown.push(line);
  }
  const left = Object.keys(nest).length - shown.length;
  return left === 0 ? shown : [...shown, moreText(left, speech)];
};

const inLine = (nest: Nest, key: string, mark: string, speech: Speech): string =>
  within(nest, key, mark, enclosed, speech).join(
    isList(nest) ? speech.words.betweenItems : speech.words.betweenMembers,
  );

const bare: Telling = (nest, key, speech) => inLine(nest, key, " ", speech);

const enclosed: Telling = (nest, key, speech) =>
  isList(nest) ? `[${bare(nest, key, speech)}]` : `{${bare(nest, key, speech)}}`;

/** Short parts abreast, longer ones line by line: an object of objects reads as a table. */
const outlined: Telling = (nest, key, speech) => {
  const [line = "", ...more] = within(nest, key, ": ", bare, speech);
  if (more.length === 0) return line;
  const abreast = inLine(nest, key, ": ", speech);
  const isTable = Object.values(nest).every((part) => typeof part === "object" && part !== null);
  const isLong = [line, ...more].some(({ length }) => length > longestAbreast);
  return isLong || (isTable && abreast.length > longestAbreast)
    ? [line, ...more].map((part) => `- ${part}`).join("\n")
    : abreast;
};

/** @param tell - Puts what has parts into words. */
const plainText = (
  key: string,
  value: JsonValue,
  counted: boolean,
  speech: Speech,
  tell: Telling,
): string => {
  const { words, timeZone } = speech;
  if (value === null || isEmpty(value)) return words.none;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "number") return numberText(key, value, counted, speech);
  if (typeof value === "string") return moment.test(value) ? describeTime(value, timeZone) : value;
  const room = tell === outlined ? longest : longestPart - aside;
  const error =
    !isList(value) && isToldAsError(key, value) ? errorWithin(value, room, speech) : undefined;
  return error ?? tell(value, key, speech);
};

/** Control characters and marks that turn text around; line ends and tabs stay. */
const unprintable = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Text of several lines that cannot move a cursor or turn what follows around. */
export const cleanText = (text: string): string =>
  withoutColors(text).replaceAll("\r\n", "\n").replace(unprintable, " ");

/** A metric or detail as a reader takes it in, of at most 1,000 characters. */
export const valueText = (
  key: string,
  value: JsonValue,
  counted: boolean,
  speech: Speech,
): string => truncate(cleanText(plainText(key, value, counted, speech, outlined)), longest);
