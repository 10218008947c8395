import { DeliveryError, type DeliveryErrorCode, type JsonValue } from "../errors.ts";
import { singleLine, truncate } from "../text.ts";

/** A failed attempt, made safe: bounded, checked, without anything a stranger's error may hold. */
export interface Failure {
  readonly code: DeliveryErrorCode;
  /** What status answers and stores may show. */
  readonly message: string;
  readonly retryAfterMs: number | undefined;
  readonly resume: JsonValue | undefined;
  /** Indexes within the batch, ascending, each once. */
  readonly rejected: readonly number[];
  /** The raw error, for `onProblem` alone. */
  readonly cause: unknown;
}

/** Why we aborted an attempt ourselves; null: we did not. */
export type AbortReason = "deadline" | "shutdown" | null;

const maxResumeBytes = 2_048;
const codes: ReadonlySet<string> = new Set<DeliveryErrorCode>([
  "unavailable",
  "ambiguous",
  "rate-limited",
  "payload",
  "endpoint",
  "config",
  "aborted",
  "unknown",
]);

/** What an event history may show of an error nobody knows: its name and code, never its text. */
const anonymous = (error: unknown): string => {
  try {
    if (!(error instanceof Error)) return `threw ${error === null ? "null" : typeof error}`;
    const code: unknown = "code" in error ? error.code : undefined;
    const word = typeof code === "string" || typeof code === "number" ? ` (${code})` : "";
    return truncate(singleLine(`${error.name}${word}`), 100);
  } catch {
    return "threw an error that cannot be read";
  }
};

const bounded = (resume: JsonValue | undefined): JsonValue | undefined => {
  if (resume === undefined) return undefined;
  try {
    const text = JSON.stringify(resume);
    return text !== undefined && Buffer.byteLength(text) <= maxResumeBytes
      ? JSON.parse(text)
      : undefined;
  } catch {
    return undefined;
  }
};

const indexes = (rejected: readonly number[] | undefined, size: number): readonly number[] =>
  Array.isArray(rejected)
    ? [...new Set(rejected)]
        .filter((i) => Number.isInteger(i) && i >= 0 && i < size)
        .sort((a, b) => a - b)
    : [];

/** A notifier that gives up because we told it to says so in many ways; the reason is ours to know. */
const meant = (code: DeliveryErrorCode | undefined, aborted: AbortReason): DeliveryErrorCode => {
  if (code !== undefined && code !== "aborted" && (code !== "unknown" || aborted === null))
    return code;
  if (aborted === "deadline") return "ambiguous";
  return aborted === "shutdown" ? "aborted" : "unknown";
};

const failure = (code: DeliveryErrorCode, message: string, cause: unknown): Failure => ({
  code,
  message,
  retryAfterMs: undefined,
  resume: undefined,
  rejected: [],
  cause,
});

const stranger = (error: unknown, aborted: AbortReason): Failure =>
  failure(
    meant(undefined, aborted),
    aborted === null ? anonymous(error) : `gave up at its ${aborted}`,
    error,
  );

/** Another copy of core may have made it: nothing in it is taken on trust. */
const told = (error: DeliveryError, aborted: AbortReason, batchSize: number): Failure => {
  const { code, retryAfterMs: wait } = error;
  const wrong = codes.has(code) ? "" : `"${code}" is no DeliveryError code: `;
  return {
    code: meant(wrong ? undefined : code, aborted),
    message: truncate(singleLine(wrong + error.message), 300),
    retryAfterMs:
      typeof wait === "number" && wait >= 0 && wait < Number.POSITIVE_INFINITY ? wait : undefined,
    resume: bounded(error.resume),
    rejected: indexes(error.rejected, batchSize),
    cause: error,
  };
};

/** Reads whatever a `send()` threw. Never throws itself. */
export const readFailure = (error: unknown, aborted: AbortReason, batchSize: number): Failure => {
  try {
    return DeliveryError.is(error) ? told(error, aborted, batchSize) : stranger(error, aborted);
  } catch {
    return stranger(error, aborted); // one of its properties throws
  }
};

/** An attempt that was given up at its deadline without a word. */
export const deadlineFailure = (timeoutMs: number): Failure =>
  failure("ambiguous", `no answer within ${timeoutMs} ms`, undefined);
