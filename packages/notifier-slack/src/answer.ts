import { DeliveryError, type JsonValue } from "@datasync-monitor/core";
import { type HttpAnswer, parseRetryAfter, statusError } from "@datasync-monitor/http";
import { refusals } from "./refusals.ts";

/** Left in `resume` when Slack refused the blocks: the next attempt goes without. */
const withoutBlocks = { format: "text" } as const;

/** Whether an earlier attempt at the batch had its blocks refused. */
export const blocksRefused = (resume: JsonValue): boolean =>
  typeof resume === "object" &&
  resume !== null &&
  "format" in resume &&
  resume.format === withoutBlocks.format;

/** One of Slack's words, or what may be a new one: never free text, which could hold anything. */
const wordPattern = /^(?:ok|ratelimited|[a-z]+(?:_[a-z0-9]+){1,9})$/;

/** `no_service`, or `{"ok":false,"error":"no_service"}` as Slack's other doors put it. */
const wordOf = (body: string): string | undefined => {
  const text = body.slice(0, 1_000).trim();
  const json = /^\{\s*"ok"\s*:\s*(?:(true)|false\s*,\s*"error"\s*:\s*"(\w+)")/.exec(text);
  const word = json ? (json[1] ? "ok" : json[2]) : text;
  return word !== undefined && word.length <= 100 && wordPattern.test(word) ? word : undefined;
};

const refused = (answer: HttpAnswer, word: string | undefined, now: number): DeliveryError => {
  const byStatus = statusError(answer, "Slack", now);
  if (byStatus !== undefined && word === undefined) return byStatus;
  if (byStatus !== undefined) {
    const { code, message, retryAfterMs } = byStatus;
    return new DeliveryError(code, `${message} (${word})`, { retryAfterMs });
  }
  return word === undefined
    ? new DeliveryError("ambiguous", `Slack answered ${answer.status} without its "ok"`)
    : new DeliveryError("unknown", `Slack answered ${answer.status} with ${word}`);
};

interface ReadOptions {
  /** Whether the message had blocks, which can be left out once. */
  readonly hadBlocks: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What Slack's answer means for the delivery: by its word first, by the status second. Undefined: accepted. */
export const answerError = (
  answer: HttpAnswer,
  { hadBlocks, now }: ReadOptions,
): DeliveryError | undefined => {
  const word = wordOf(answer.body);
  const success = answer.status >= 200 && answer.status < 300;
  if (success && word === "ok") return undefined;
  const known = word === undefined ? undefined : refusals.get(word);
  if (known === undefined) return refused(answer, word, now);
  const { code, advice, blocks } = known;
  return new DeliveryError(code, `Slack answered ${word}: ${advice}`, {
    retryAfterMs:
      code === "rate-limited" ? parseRetryAfter(answer.headers["retry-after"], now) : undefined,
    resume: blocks && hadBlocks ? withoutBlocks : undefined,
  });
};

const complaintsAboutNothing = new Set([
  "no_text",
  "invalid_payload",
  "missing_text_or_fallback_or_attachments",
]);

/** Whether a webhook says to a message without text what only one that works would say. */
export const provesAlive = (answer: HttpAnswer): boolean =>
  complaintsAboutNothing.has(wordOf(answer.body) ?? "");
