import { statfs } from "node:fs/promises";
import type { Locale } from "@datasync-monitor/core";
import type { Answer } from "../guard.ts";
import { failureText } from "../text.ts";
import { storageWords } from "./words.ts";

/** How much there is and how much is left, in bytes. */
export interface StorageReading {
  /** What the service could use at most: used and free together. Above 0. */
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** A reading, or why there is none. */
export type Look = { readonly reading: StorageReading } | { readonly reason: string };

/**
 * The file system that holds a path, as `df` counts it: what is reserved for the superuser is neither
 * free nor part of the whole, so that 100 % is where writes fail.
 */
export const statfsReading = async (path: string): Promise<StorageReading> => {
  const { bsize, blocks, bfree, bavail } = await statfs(path);
  return { totalBytes: (blocks - bfree + bavail) * bsize, freeBytes: bavail * bsize };
};

/** The numbers alone; undefined when they say nothing: `/proc` has a size of 0. */
export const checkedReading = ({
  totalBytes,
  freeBytes,
}: StorageReading): StorageReading | undefined => {
  const fits =
    Number.isFinite(totalBytes) && totalBytes > 0 && freeBytes >= 0 && freeBytes <= totalBytes;
  return fits ? { totalBytes, freeBytes } : undefined;
};

export const lookOf = (
  answer: Answer<StorageReading | undefined>,
  timeoutMs: number,
  locale: Locale,
): Look => {
  if (answer.kind !== "answered") return { reason: failureText(answer, timeoutMs, locale) };
  if (answer.value === undefined) return { reason: storageWords[locale].noSize };
  return { reading: answer.value };
};

export const usedRatioOf = ({ totalBytes, freeBytes }: StorageReading): number =>
  (totalBytes - freeBytes) / totalBytes;
