import { type EventInput, type Locale, singleLine, truncate } from "@datasync-monitor/core";
import { bytesText, percentText } from "../text.ts";
import { type Look, type StorageReading, usedRatioOf } from "./reading.ts";
import { levelOf, type StorageStatus } from "./status.ts";
import { storageWords } from "./words.ts";

/** What there is to tell of a path. */
export interface StorageNotice {
  readonly path: string;
  readonly status: StorageStatus;
  /** As it was told last. */
  readonly before: StorageStatus;
  /** RFC 3339: when it came to this status. */
  readonly since: string;
  readonly look: Look;
  readonly bytesPerHour: number | undefined;
}

const longestPath = 300;
/** A guess that reaches further than a year is none. */
const furthestSeconds = 365 * 86_400;

/** Undefined when it does not grow, or so slowly that nobody need care. */
const secondsToFull = (
  { freeBytes }: StorageReading,
  bytesPerHour: number | undefined,
): number | undefined => {
  if (bytesPerHour === undefined || bytesPerHour <= 0) return undefined;
  const seconds = Math.round((freeBytes / bytesPerHour) * 3_600);
  return seconds <= furthestSeconds ? seconds : undefined;
};

const messageOf = (notice: StorageNotice, locale: Locale): string => {
  const { status, before, look, bytesPerHour } = notice;
  const words = storageWords[locale];
  const path = truncate(singleLine(notice.path), longestPath);
  const isStill = status === before;
  if ("reason" in look) return words.unreadable(path, isStill, look.reason);
  const { totalBytes, freeBytes } = look.reading;
  const share = percentText(usedRatioOf(look.reading));
  const fullness = words.fullness(share, bytesText(freeBytes), bytesText(totalBytes));
  if (status === "ok")
    return before === "unreadable"
      ? words.readableAgain(path, fullness)
      : words.recovered(path, fullness);
  const seconds = secondsToFull(look.reading, bytesPerHour);
  const guess = seconds === undefined ? "" : words.fullIn(seconds);
  return words.full(path, isStill, fullness) + guess;
};

const metricsOf = (reading: StorageReading, bytesPerHour: number | undefined) => ({
  free_bytes: reading.freeBytes,
  total_bytes: reading.totalBytes,
  used_ratio: usedRatioOf(reading),
  growth_bytes_per_hour: bytesPerHour === undefined ? undefined : Math.round(bytesPerHour),
  seconds_to_full: secondsToFull(reading, bytesPerHour),
});

/** What was found at a path, in words and numbers. */
export const storageEvent = (notice: StorageNotice, locale: Locale): EventInput => {
  const { path, status, since, look, bytesPerHour } = notice;
  const isReadable = "reading" in look;
  return {
    event_type: "storage_warning",
    level: levelOf[status],
    message: messageOf(notice, locale),
    details: { path, status, since, reason: isReadable ? undefined : look.reason },
    metrics: isReadable ? metricsOf(look.reading, bytesPerHour) : undefined,
  };
};
