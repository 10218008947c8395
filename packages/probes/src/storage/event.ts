import { type EventInput, singleLine, truncate } from "@datasync-monitor/core";
import { bytesText, percentText, roughly } from "../words.ts";
import { type Look, type StorageReading, usedRatioOf } from "./reading.ts";
import { levelOf, type StorageStatus } from "./status.ts";

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

const fullness = (reading: StorageReading): string => {
  const { totalBytes, freeBytes } = reading;
  const share = `${percentText(usedRatioOf(reading))} full`;
  return `${share}, ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free`;
};

const messageOf = ({ status, before, look, bytesPerHour, ...notice }: StorageNotice): string => {
  const path = truncate(singleLine(notice.path), longestPath);
  const still = status === before ? " still" : "";
  if ("reason" in look) return `${path}${still} cannot be read: ${look.reason}`;
  const { reading } = look;
  if (status === "ok") {
    const again = before === "unreadable" ? "can be read again" : "has recovered";
    return `${path} ${again}: ${fullness(reading)}`;
  }
  const seconds = secondsToFull(reading, bytesPerHour);
  const guess = seconds === undefined ? "" : `; at this rate full in ${roughly(seconds)}`;
  return `${path} is${still} ${fullness(reading)}${guess}`;
};

const metricsOf = (reading: StorageReading, bytesPerHour: number | undefined) => ({
  free_bytes: reading.freeBytes,
  total_bytes: reading.totalBytes,
  used_ratio: usedRatioOf(reading),
  growth_bytes_per_hour: bytesPerHour === undefined ? undefined : Math.round(bytesPerHour),
  seconds_to_full: secondsToFull(reading, bytesPerHour),
});

/** What was found at a path, in words and numbers. */
export const storageEvent = (notice: StorageNotice): EventInput => {
  const { path, status, since, look, bytesPerHour } = notice;
  const isReadable = "reading" in look;
  return {
    event_type: "storage_warning",
    level: levelOf[status],
    message: messageOf(notice),
    details: { path, status, since, reason: isReadable ? undefined : look.reason },
    metrics: isReadable ? metricsOf(look.reading, bytesPerHour) : undefined,
  };
};
