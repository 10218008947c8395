import type { Behaviour } from "./behaviour.ts";
import { answer, garble, type Headers } from "./behaviours.ts";
import { type HttpReceiver, httpStandIn, type VendorCondition } from "./http-stand-in.ts";
import { parseJson } from "./json.ts";
import { slackMentions } from "./mentions.ts";
import { slackFault } from "./slack-rules.ts";
import type { MeetOptions } from "./stand-in.ts";
import { tokenBucket } from "./windows.ts";

export interface SlackStandInOptions {
  /** The last part of the URL, which is the webhook's credential. */
  readonly token?: string | undefined;
  /** Enforces one message a second with bursts of four, by 429 and `Retry-After`. Default false. */
  readonly rates?: boolean | undefined;
  /** Milliseconds, for `rates`. Default the real time. */
  readonly now?: (() => number) | undefined;
}

export interface SlackStandIn extends HttpReceiver {
  /** The messages that were accepted, as JSON values, oldest first. */
  messages(): readonly unknown[];
  /** Whom those messages alert or name. */
  alerted(): readonly string[];
  /** Answers the next `times` requests (default: all) with this, whatever they say. */
  answer(status: number, body: string, headers?: Headers, times?: number): void;
}

const team = "/services/T00000000/B00000000/";
const usualToken = "XXXXsecretXXXXsecretXXXX";

const says = (status: number, body: string, headers: Headers = {}): Behaviour =>
  answer(status, body, { "content-type": "text/plain; charset=utf-8", ...headers });

const slowDown = (seconds: number): Behaviour =>
  says(429, "rate_limited", { "retry-after": String(seconds) });

/**
 * A Slack incoming webhook: its path, the limits of its blocks, its rate, and its words for what is wrong.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 *
 * Conditions: rate-limited 429 `rate_limited` · unavailable 500 `rollup_error` · payload 400
 * `invalid_payload` · endpoint 404 `no_service` · config 403 `invalid_token` · garble 200 with junk.
 */
export const slackStandIn = async (options: SlackStandInOptions = {}): Promise<SlackStandIn> => {
  const path = team + (options.token ?? usualToken);
  const bucket = tokenBucket(4, 1000, options.now ?? Date.now);

  /** What is said to a request; a message that is taken hears `yes`. */
  const judge =
    (yes: Behaviour): Behaviour =>
    (request, response) => {
      const reply = (): Behaviour => {
        if (request.path !== path) {
          return request.path.startsWith(team)
            ? says(403, "invalid_token")
            : says(404, "no_service");
        }
        const waitMs = options.rates === true ? bucket.take() : 0;
        if (waitMs > 0) return slowDown(Math.ceil(waitMs / 1000));
        const isJson = /^application\/json\b/i.test(request.headers["content-type"] ?? "");
        if (request.method !== "POST" || !isJson) return says(400, "invalid_payload");
        const fault = slackFault(parseJson(request.body));
        return fault === undefined ? yes : says(400, fault);
      };
      return reply()(request, response);
    };

  const conditions = ({
    retryAfterSeconds = 2,
  }: MeetOptions): Readonly<Record<VendorCondition, Behaviour>> => ({
    accept: judge(says(200, "ok")),
    garble: judge(garble),
    "rate-limited": slowDown(retryAfterSeconds),
    unavailable: says(500, "rollup_error"),
    payload: says(400, "invalid_payload"),
    endpoint: says(404, "no_service"),
    config: says(403, "invalid_token"),
  });

  const { receiver, behave } = await httpStandIn({ path, conditions });
  const messages = () => receiver.accepted().map(({ body }) => parseJson(body));
  return {
    ...receiver,
    messages,
    alerted: () => messages().flatMap(slackMentions),
    answer(status, body, headers, times = Number.POSITIVE_INFINITY) {
      behave(says(status, body, headers), times);
    },
  };
};
