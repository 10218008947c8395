import { type Locale, singleLine, truncate } from "@datasync-monitor/core";
import type { Answer } from "./guard.ts";
import { words } from "./words.ts";

/** Seconds with as many digits as a clock is worth. */
export const secondsOf = (ms: number): number => Math.max(0, Math.round(ms)) / 1_000;

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** "93.1 GiB" */
export const bytesText = (bytes: number): string => {
  let amount = bytes;
  let unit = 0;
  // 1,023.95 would be written as 1024
  while (amount >= 1_023.95 && unit < byteUnits.length - 1) {
    amount /= 1_024;
    unit += 1;
  }
  return `${Number(amount.toFixed(1))} ${byteUnits[unit]}`;
};

/** Rounded down: 94.99% is not yet 95%. */
export const percentText = (ratio: number): string => `${Math.floor(ratio * 1_000) / 10}%`;

const mostCauses = 5;
/** What error codes look like: `ECONNREFUSED`, `28P01`, `ERR_INVALID_ARG_TYPE`, 1045. */
const codePattern = /^[\w.:-]{1,64}$/;

/** The code of the error, else the nearest one among its causes: that of "fetch failed" says nothing. */
const codeOf = (error: Error): string | undefined => {
  let at: unknown = error;
  for (let depth = 0; depth <= mostCauses && at instanceof Error; depth += 1) {
    const code: unknown = "code" in at ? at.code : undefined;
    if ((typeof code === "string" || typeof code === "number") && codePattern.test(`${code}`))
      return `${code}`;
    at = at.cause;
  }
  return undefined;
};

/** What may be shown of an error: its name and code. Its text may hold an address, a password, a row. */
export const errorText = (error: unknown, locale: Locale): string => {
  try {
    if (!(error instanceof Error))
      return words[locale].threw(error === null ? "null" : typeof error);
    const code = codeOf(error);
    return truncate(singleLine(code === undefined ? error.name : `${error.name} (${code})`), 100);
  } catch {
    return words[locale].threwUnreadable;
  }
};

/** Why a call has no answer. */
export const failureText = (
  answer: Exclude<Answer<unknown>, { readonly kind: "answered" }>,
  timeoutMs: number,
  locale: Locale,
): string => {
  if (answer.kind === "threw") return errorText(answer.error, locale);
  if (answer.kind === "late") return words[locale].noAnswerWithin(timeoutMs);
  return words[locale].noAnswerFor(answer.durationMs / 1_000);
};
