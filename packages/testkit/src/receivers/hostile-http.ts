import { checkOptions } from "@datasync-monitor/core";
import type { Behaviour, ReceivedRequest } from "./behaviour.ts";
import {
  answer,
  bomb,
  drip,
  garbage,
  garble,
  gzipBomb,
  type Headers,
  halfClose,
  halfHeaders,
  hangBody,
  hangHeaders,
  reset,
  silence,
} from "./behaviours.ts";
import { type HttpReceiver, httpStandIn, type VendorCondition } from "./http-stand-in.ts";
import { oneOf } from "./one-of.ts";
import { type RouteAnswer, type Routes, replyOf } from "./routes.ts";
import type { MeetOptions } from "./stand-in.ts";

export type Misbehaviour =
  | "silent" // takes the connection and reads nothing
  | "hang-headers" // reads the request and says nothing
  | "half-headers" // answers the beginning of a header
  | "hang-body" // answers 200 and the beginning of a body
  | "drip" // answers 200 and a byte of body at a time, for ever
  | "garbage" // answers something that is not HTTP
  | "redirect" // 307 to another origin, which notes whether it was asked
  | "bomb" // answers 200 and a body without an end
  | "gzip-bomb" // the same, packed a thousand to one
  | "reset" // reads the request, then resets the connection
  | "half-close"; // reads the request, then ends its side without a word

/**
 * What a destination says in words of its own, by the condition they mean; the others are told by the status.
 * "rate-limited" may be a function of the time to wait, for a vendor that names it: words that are always the
 * same give way to 429 and `Retry-After` where a time is to be named.
 */
export type HttpAnswers = {
  readonly [C in VendorCondition]?:
    | RouteAnswer
    | (C extends "rate-limited" ? (retryAfterSeconds: number) => RouteAnswer : never)
    | undefined;
};

const spoken = [
  "accept",
  "garble",
  "rate-limited",
  "unavailable",
  "payload",
  "endpoint",
  "config",
] as const satisfies readonly VendorCondition[];

/** @throws ConfigError for words under a name that no condition has: they would never be said. */
export const checkAnswers = (owner: string, answers: HttpAnswers | undefined): void => {
  if (answers !== undefined) checkOptions(`${owner} \`answers\``, answers, spoken);
};

export interface HostileHttpOptions {
  /** Path and query of `url`. Default `"/hook"`. */
  readonly path?: string | undefined;
  /** Between two bytes of a drip, in milliseconds. Default 20. */
  readonly dripIntervalMs?: number | undefined;
  /** What is answered at other paths, such as a login's. */
  readonly routes?: Routes | undefined;
  /** For a vendor that says in the body what went wrong, with status 200. Whatever the status, only "accept" and "garble" accept. */
  readonly answers?: HttpAnswers | undefined;
}

export interface HostileHttp extends HttpReceiver {
  routed(): readonly ReceivedRequest[];
  /** Answers the next `times` requests (default: all) with this, whatever they say. */
  answer(status: number, body?: string, headers?: Headers, times?: number): void;
  /** Treats the next `times` requests (default: all) like this. */
  misbehave(how: Misbehaviour, times?: number): void;
}

const usualSeconds = 2;

const byStatus = ({ retryAfterSeconds = usualSeconds }: MeetOptions) => ({
  accept: answer(200, "ok", { "content-type": "text/plain" }),
  garble,
  "rate-limited": answer(429, "slow down", { "retry-after": String(retryAfterSeconds) }),
  unavailable: answer(503, "not now"),
  payload: answer(400, "this message is wrong"),
  endpoint: answer(410, "gone"),
  config: answer(401, "who are you"),
});

const inWords =
  (given: RouteAnswer, accepts: boolean): Behaviour =>
  (request, response) => {
    replyOf(given)(request, response);
    return accepts;
  };

/** The vendor's words for a condition, or undefined where the status tells it. */
const wordsFor = (
  condition: VendorCondition,
  answers: HttpAnswers,
  { retryAfterSeconds }: MeetOptions,
): RouteAnswer | undefined => {
  const given = answers[condition];
  if (typeof given === "function") return given(retryAfterSeconds ?? usualSeconds);
  const silentOnTime = condition === "rate-limited" && retryAfterSeconds !== undefined;
  return silentOnTime ? undefined : given;
};

const conditionsOf = (answers: HttpAnswers) => (options: MeetOptions) => {
  const told: Record<VendorCondition, Behaviour> = byStatus(options);
  for (const condition of spoken) {
    const words = wordsFor(condition, answers, options);
    const accepts = condition === "accept" || condition === "garble";
    if (words !== undefined) told[condition] = inWords(words, accepts);
  }
  return told;
};

/** An HTTP receiver that can do everything a receiver should not. */
export const hostileHttp = async (options: HostileHttpOptions = {}): Promise<HostileHttp> => {
  checkOptions("hostileHttp()", options, ["path", "dripIntervalMs", "routes", "answers"]);
  const { path = "/hook", dripIntervalMs = 20, routes, answers = {} } = options;
  checkAnswers("hostileHttp()", answers);
  const conditions = conditionsOf(answers);
  const { receiver, behave } = await httpStandIn({ path, conditions, dripIntervalMs, routes });
  const ways: Readonly<Record<Misbehaviour, Behaviour>> = {
    silent: silence,
    "hang-headers": hangHeaders,
    "half-headers": halfHeaders,
    "hang-body": hangBody,
    drip: drip(dripIntervalMs),
    garbage,
    redirect: answer(307, "", { location: receiver.elsewhere }),
    bomb,
    "gzip-bomb": gzipBomb,
    reset,
    "half-close": halfClose,
  };
  return {
    ...receiver,
    answer(status, body, headers, times = Number.POSITIVE_INFINITY) {
      behave(answer(status, body, headers), times);
    },
    misbehave(how, times = Number.POSITIVE_INFINITY) {
      behave(ways[oneOf("misbehave()", "how", how, ways)], times);
    },
  };
};
