import { createHash } from "node:crypto";
import {
  DeliveryError,
  type JsonObject,
  type JsonValue,
  singleLine,
  truncate,
} from "@datasync-monitor/core";
import { type Mailbox, mailboxKey } from "./address.ts";
import { afterDailyLimitMs, type MailFailure, meetsDailyLimit, replyCode } from "./failure.ts";

/** Who of the recipients, by index, has the mail, and who was refused for good. */
export interface Progress {
  readonly served: ReadonlySet<number>;
  readonly refused: ReadonlySet<number>;
}

/** What the next attempt is told. `to` fingerprints the list that the indexes point into. */
interface Resume {
  readonly to: string;
  readonly served: readonly number[];
  readonly refused: readonly number[];
}

const fingerprint = (to: readonly Mailbox[]): string =>
  createHash("sha256")
    .update(to.map(({ address }) => address).join("\n"))
    .digest("base64url")
    .slice(0, 16);

const indexes = (value: unknown, length: number): ReadonlySet<number> =>
  new Set(
    Array.isArray(value)
      ? value.filter((entry) => Number.isInteger(entry) && entry >= 0 && entry < length)
      : [],
  );

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const afresh: Progress = { served: new Set(), refused: new Set() };

/**
 * Where the last attempt left off. A list that was changed since then starts anew, and so does a record that leaves
 * nobody to ask, which no attempt has left: rather twice than never.
 */
export const progressFrom = (resume: JsonValue, to: readonly Mailbox[]): Progress => {
  const left: JsonObject = isObject(resume) ? resume : {};
  if (left.to !== fingerprint(to)) return afresh;
  const served = indexes(left.served, to.length);
  const refused = indexes(left.refused, to.length);
  return to.every((_, index) => served.has(index) || refused.has(index))
    ? afresh
    : { served, refused };
};

/** The addresses that the next transaction is for. */
export const outstanding = (
  to: readonly Mailbox[],
  { served, refused }: Progress,
): readonly string[] =>
  to.filter((_, index) => !served.has(index) && !refused.has(index)).map(({ address }) => address);

/** How one SMTP transaction went, recipient by recipient. */
export interface Verdict {
  readonly accepted: readonly string[];
  readonly rejections: readonly MailFailure[];
  /** The answer to the mail itself; empty when nobody was left to take it. */
  readonly response: string;
}

/** How it stands after a transaction. */
export interface Tally extends Progress {
  /** Put off with a 4xx, or by a daily limit: the next attempt is for them. */
  readonly deferred: readonly number[];
  /** The one to tell of: a daily limit, else the last that put off, else the last. */
  readonly rejection: MailFailure | undefined;
}

const isFinal = (rejection: MailFailure): boolean =>
  rejection.permanent === true && !meetsDailyLimit(rejection);

/** Adds up what is known with what the server said. */
export const count = (
  to: readonly Mailbox[],
  before: Progress,
  { accepted, rejections }: Verdict,
): Tally => {
  const places = new Map(to.map(({ address }, index) => [mailboxKey(address), index]));
  const placeOf = (address = ""): number[] => {
    const place = places.get(mailboxKey(address));
    return place === undefined ? [] : [place];
  };
  const final = rejections.filter(isFinal);
  const passing = rejections.filter((rejection) => !isFinal(rejection));
  return {
    served: new Set([...before.served, ...accepted.flatMap(placeOf)]),
    refused: new Set([...before.refused, ...final.flatMap(({ recipient }) => placeOf(recipient))]),
    deferred: passing.flatMap(({ recipient }) => placeOf(recipient)),
    rejection: passing.find(meetsDailyLimit) ?? passing.at(-1) ?? final.at(-1),
  };
};

/** What the next attempt needs to know; undefined: nothing. */
export const resumeOf = (
  to: readonly Mailbox[],
  { served, refused }: Progress,
): JsonValue | undefined => {
  if (served.size + refused.size === 0) return undefined;
  return { to: fingerprint(to), served: [...served], refused: [...refused] } satisfies Resume;
};

/** Some are still to be served. */
export const deferral = (to: readonly Mailbox[], tally: Tally): DeliveryError => {
  const rejection = tally.rejection ?? {};
  const limited = meetsDailyLimit(rejection);
  return new DeliveryError(
    limited ? "rate-limited" : "unavailable",
    `The mail server puts off ${tally.deferred.length} of ${to.length} recipients (${replyCode(rejection)}); served: ${tally.served.size}, refused for good: ${tally.refused.size}.`,
    { resume: resumeOf(to, tally), retryAfterMs: limited ? afterDailyLimitMs : undefined },
  );
};

/** Not one of them was served, or will be. Forgets who was refused: when the address is mended, all are asked anew. */
export const refusal = (tally: Tally): DeliveryError => {
  const rejection = tally.rejection ?? {};
  const reply = replyCode(rejection);
  // 530: log in first. X.7.x: policy (RFC 3463 §3.8), which here is "relay access denied".
  return rejection.responseCode === 530 || /\b5\.7\./.test(reply)
    ? new DeliveryError(
        "config",
        `The mail server will not pass our mail on to the recipients (${reply}). Check the login and \`from\`.`,
        { resume: null },
      )
    : new DeliveryError(
        "endpoint",
        `The mail server refuses every recipient for good (${reply}). Check \`to\`.`,
        { resume: null },
      );
};

/** The server's own words for the mail it took, and who went without it. */
export const reference = (
  to: readonly Mailbox[],
  response: string,
  { refused }: Progress,
): string => {
  const answer = singleLine(response);
  if (refused.size === 0) return truncate(answer, 200);
  const names = [...refused].map((index) => to[index]?.address).join(", ");
  return truncate(
    `${truncate(answer, 80)}; ${refused.size} of ${to.length} recipients refused: ${names}`,
    200,
  );
};
