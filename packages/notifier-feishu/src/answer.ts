import { DeliveryError } from "@datasync-monitor/core";
import { type HttpAnswer, parseRetryAfter, statusError } from "@datasync-monitor/http";
import { badCards, codes, type Meaning } from "./codes.ts";
import type { FeishuFormat } from "./format.ts";
import { type Manner, simpler, smaller, toResume, withinThree } from "./manner.ts";
import { largestBody } from "./render.ts";

/** What was sent, as far as the meaning of its answer depends on it. */
export interface Sent {
  /** When it was signed, in milliseconds since the epoch. */
  readonly at: number;
  readonly bytes: number;
  readonly attempt: number;
  readonly manner: Manner;
  /** What the options hold. */
  readonly format: FeishuFormat;
  readonly signed: boolean;
  readonly keyed: boolean;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/**
 * The vendor's code (`StatusCode` where an older bot says only that) and words. It is read whatever the
 * HTTP status: failures come with 200 too. `code` is undefined where there is none.
 */
const readReply = (body: string): { readonly code: number | undefined; readonly msg: string } => {
  let reply: unknown;
  try {
    reply = JSON.parse(body);
  } catch {
    reply = null;
  }
  if (typeof reply !== "object" || reply === null) return { code: undefined, msg: "" };
  const { code, StatusCode, msg, StatusMessage } = reply as Readonly<Record<string, unknown>>;
  const said = code ?? StatusCode;
  return {
    code: typeof said === "number" ? said : undefined,
    msg: textOf(msg) || textOf(StatusMessage),
  };
};

/** 9499 is said of a wrong shape, of a large body and of too many requests: only its words tell which. */
const refine = (code: number, msg: string): Meaning | undefined =>
  code === 9499 && /too many request/i.test(msg) ? codes.get(99_991_400) : codes.get(code);

const isForSize = (code: number, msg: string, bytes: number): boolean =>
  code === 19036 ||
  (code === 9499 && (bytes > largestBody / 2 || /size|large|exceed|too long/i.test(msg)));

/** Of a card that mentions somebody who has left, or never was: the code within the words. */
const isForMention = (code: number, msg: string): boolean =>
  badCards.has(code) && /\bErrCode: ?100290\b/.test(msg);

const nextManner = (code: number, msg: string, sent: Sent): Manner | undefined => {
  const { manner } = sent;
  if (isForMention(code, msg) && manner.mention) return { ...manner, mention: false };
  if (badCards.has(code)) {
    const format = simpler(manner.format);
    return format === undefined ? undefined : { ...manner, format };
  }
  if (code === 11235) return manner.mention ? { ...manner, mention: false } : undefined;
  return isForSize(code, msg, sent.bytes) ? smaller(manner, sent.bytes) : undefined;
};

/** Between a signature and its answer; beyond it the process was suspended, or the clock was set. */
const staleMs = 5 * 60_000;
const skewMs = 10 * 60_000;

const signatureAdvice = (answer: HttpAnswer, sent: Sent): string => {
  if (!sent.signed) return "; the bot asks for one: set `secret` to the one in its settings";
  const skew = sent.at - Date.parse(answer.headers.date ?? "");
  if (!(Math.abs(skew) > skewMs)) return "; check that `secret` is the one in the bot's settings";
  const minutes = Math.round(Math.abs(skew) / 60_000);
  return `; this machine's clock is ${minutes} minutes ${skew > 0 ? "ahead" : "behind"}: set it`;
};

const advice = (code: number, msg: string, answer: HttpAnswer, sent: Sent): string => {
  if (isForMention(code, msg))
    return ", which mentions somebody it does not know; check `mentions`";
  if (code === 19021) return signatureAdvice(answer, sent);
  if (code !== 19024) return "";
  return sent.keyed
    ? "; set the `keyword` option to one that is in the bot's settings"
    : "; set the `keyword` option to one of them";
};

/** The gateway's own header, else a second that doubles with the attempts, to at most 32. */
const waitMs = ({ headers }: HttpAnswer, { attempt }: Sent, now: number): number => {
  const asked = parseRetryAfter(headers["x-ogw-ratelimit-reset"] ?? headers["retry-after"], now);
  return Math.max(1_000, asked ?? 1_000 * 2 ** Math.min(attempt - 1, 5));
};

const limited = (answer: HttpAnswer, sent: Sent, now: number, said: string): DeliveryError =>
  new DeliveryError("rate-limited", said, { retryAfterMs: waitMs(answer, sent, now) });

/** By the HTTP status, where the code says nothing; `fallback` for a 2xx. */
const judgeStatus = (
  answer: HttpAnswer,
  sent: Sent,
  now: number,
  fallback: () => DeliveryError,
): DeliveryError => {
  const error = statusError(answer, "Feishu", now);
  return error?.code === "rate-limited"
    ? limited(answer, sent, now, error.message)
    : (error ?? fallback());
};

const unreadable = ({ status }: HttpAnswer): DeliveryError =>
  new DeliveryError(
    "ambiguous",
    `Feishu answered HTTP ${status} without a result code: the message may have arrived; check that \`webhookUrl\` is the bot's own address`,
  );

/**
 * Why an answer is no success; undefined where it is: a code of 0 with a 2xx.
 *
 * @param now - When the answer came, in milliseconds since the epoch.
 */
export const judge = (answer: HttpAnswer, sent: Sent, now: number): DeliveryError | undefined => {
  const { code, msg } = readReply(answer.body);
  if (code === 0 && answer.status >= 200 && answer.status < 300) return undefined;
  if (code === undefined || code === 0) {
    return judgeStatus(answer, sent, now, () => unreadable(answer));
  }
  const meaning = refine(code, msg);
  if (meaning === undefined) {
    // The vendor's own words are not repeated: they may quote the message.
    const unknown = () => new DeliveryError("unknown", `Feishu answered ${code}`);
    return judgeStatus(answer, sent, now, unknown);
  }
  const said = `Feishu answered ${code}: ${meaning.says}${advice(code, msg, answer, sent)}`;
  if (meaning.code === "rate-limited") return limited(answer, sent, now, said);
  if (code === 19021 && sent.signed && now - sent.at > staleMs) {
    return new DeliveryError("unavailable", "Feishu answered 19021: the signature grew too old");
  }
  const next = nextManner(code, msg, sent);
  return new DeliveryError(meaning.code, said, {
    resume:
      next === undefined
        ? undefined
        : toResume(withinThree(next, sent.manner, sent.format), sent.format),
  });
};

/**
 * What the answer to a message without content says about the bot: undefined where it let the sender in
 * and refused only the message.
 */
export const judgeProbe = (
  answer: HttpAnswer,
  sent: Sent,
  now: number,
): DeliveryError | undefined => {
  const error = judge(answer, sent, now);
  const { code } = readReply(answer.body);
  if (error === undefined || code === 19024) return undefined;
  if (code !== undefined) return error.code === "payload" ? undefined : error;
  return error.code === "payload" || error.code === "ambiguous"
    ? new DeliveryError(
        "config",
        `what answers at \`webhookUrl\` is no Feishu bot: HTTP ${answer.status} without a result code`,
      )
    : error;
};
