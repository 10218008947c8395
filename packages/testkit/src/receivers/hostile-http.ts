import {
  answer,
  bomb,
  drip,
  garbage,
  garble,
  gzipBomb,
  type Headers,
  halfClose,
  hangBody,
  hangHeaders,
  reset,
} from "./behaviours.ts";
import { type Behaviour, httpStandIn, type ReceivedRequest } from "./http-stand-in.ts";
import type { StandIn } from "./stand-in.ts";

export type Misbehaviour =
  | "hang-headers" // reads the request and says nothing
  | "hang-body" // answers 200 and the beginning of a body
  | "drip" // answers 200 and a byte of body at a time, for ever
  | "garbage" // answers something that is not HTTP
  | "redirect" // 307 to another origin, which notes whether it was asked
  | "bomb" // answers 200 and a body without an end
  | "gzip-bomb" // the same, packed a thousand to one
  | "reset" // reads the request, then resets the connection
  | "half-close"; // reads the request, then ends its side without a word

export interface HostileHttpOptions {
  /** Path and query of `url`. Default `"/hook"`. */
  readonly path?: string | undefined;
  /** Between two bytes of a drip, in milliseconds. Default 20. */
  readonly dripIntervalMs?: number | undefined;
}

export interface HostileHttp extends StandIn {
  /** Every request that arrived whole, oldest first. */
  requests(): readonly ReceivedRequest[];
  /** Those that were answered with a 2xx and its whole body, oldest first. */
  accepted(): readonly ReceivedRequest[];
  /** Where "redirect" points: another origin, for a `Location` of your own. */
  readonly elsewhere: string;
  /** Requests that reached the other origin: each is a message carried to a stranger. */
  strays(): readonly ReceivedRequest[];
  /** Answers the next `times` requests (default: all) with this, whatever they say. */
  answer(status: number, body?: string, headers?: Headers, times?: number): void;
  /** Treats the next `times` requests (default: all) like this. */
  misbehave(how: Misbehaviour, times?: number): void;
}

const conditions = ({ retryAfterSeconds = 2 }) => ({
  accept: answer(200, "ok", { "content-type": "text/plain" }),
  garble,
  "rate-limited": answer(429, "slow down", { "retry-after": String(retryAfterSeconds) }),
  unavailable: answer(503, "not now"),
  payload: answer(400, "this message is wrong"),
  endpoint: answer(410, "gone"),
  config: answer(401, "who are you"),
  reset,
  hang: hangHeaders,
});

/** An HTTP receiver that can do everything a receiver should not. */
export const hostileHttp = async (options: HostileHttpOptions = {}): Promise<HostileHttp> => {
  const main = await httpStandIn(options.path ?? "/hook", conditions);
  const other = await httpStandIn("/elsewhere", conditions);
  const ways: Readonly<Record<Misbehaviour, Behaviour>> = {
    "hang-headers": hangHeaders,
    "hang-body": hangBody,
    drip: drip(options.dripIntervalMs ?? 20),
    garbage,
    redirect: answer(307, "", { location: other.standIn.url }),
    bomb,
    "gzip-bomb": gzipBomb,
    reset,
    "half-close": halfClose,
  };
  return {
    ...main.standIn,
    requests: main.requests,
    accepted: main.accepted,
    elsewhere: other.standIn.url,
    strays: other.requests,
    answer(status, body, headers, times = Number.POSITIVE_INFINITY) {
      main.behave(answer(status, body, headers), times);
    },
    misbehave(how, times = Number.POSITIVE_INFINITY) {
      main.behave(ways[how], times);
    },
    async close() {
      await Promise.all([main.standIn.close(), other.standIn.close()]);
    },
  };
};
