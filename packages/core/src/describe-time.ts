import { wrongOption } from "./options.ts";
import { singleLine } from "./text.ts";

const zones = new Map<string, Intl.DateTimeFormat>();
const mostZones = 64;

/** Throws RangeError for a zone that Intl does not know. */
const zoneFormat = (timeZone: string): Intl.DateTimeFormat => {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "longOffset",
  });
  if (zones.size >= mostZones) zones.clear();
  zones.set(timeZone, format);
  return format;
};

const exists = (timeZone: string): boolean => {
  try {
    return zones.has(timeZone) || new Intl.DateTimeFormat("en", { timeZone }) !== undefined;
  } catch {
    return false; // a RangeError
  }
};

/**
 * A time zone that `describe()` can use; "UTC" for undefined.
 *
 * @param owner - Who takes it, as the user spells it: `"createMonitor()"`.
 * @throws ConfigError naming `timeZone`.
 */
export const checkTimeZone = (owner: string, value: unknown): string => {
  if (value === undefined) return "UTC";
  if (typeof value === "string" && exists(value)) return value;
  const got = typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : `a ${typeof value}`;
  const must = 'must be an IANA name such as "Asia/Shanghai" or "UTC"';
  throw wrongOption(owner, "timeZone", `${must}, but it is ${got}.`);
};

/**
 * "2025-08-29 18:30:00 +08:00"; a stamp that is no time, as it is.
 *
 * @param timeZone - An IANA name, checked: `checkTimeZone()`.
 */
export const describeTime = (timestamp: string, timeZone: string): string => {
  const at = new Date(timestamp);
  if (Number.isNaN(at.getTime())) return singleLine(timestamp);
  const parts = new Map(
    zoneFormat(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  // "GMT+08:00"; some versions of ICU say a bare "GMT" for UTC
  const offset = of("timeZoneName").replace("GMT", "") || "+00:00";
  return `${of("year")}-${of("month")}-${of("day")} ${of("hour")}:${of("minute")}:${of("second")} ${offset}`;
};
