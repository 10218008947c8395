import type { Behaviour, ReceivedRequest } from "./behaviour.ts";
import { answer } from "./behaviours.ts";
import type { Refusal } from "./feishu-card.ts";
import { hasKeyword, isSigned, shapeRefusal } from "./feishu-rules.ts";
import { type HttpReceiver, httpStandIn, type VendorCondition } from "./http-stand-in.ts";
import { parseJson } from "./json.ts";
import { feishuMentions } from "./mentions.ts";
import type { MeetOptions } from "./stand-in.ts";
import { slidingWindows } from "./windows.ts";

export interface FeishuStandInOptions {
  /** The last part of the URL, which is the bot's credential. */
  readonly token?: string | undefined;
  /** Turns the signature check on. */
  readonly secret?: string | undefined;
  /** Turns the keyword check on: a message must show one of them. */
  readonly keywords?: readonly string[] | undefined;
  /** Enforces 100 messages a minute and 5 a second. Default false. */
  readonly rates?: boolean | undefined;
  /** Milliseconds since the epoch, for signatures and rates. Default the real time. */
  readonly now?: (() => number) | undefined;
  /**
   * How "rate-limited" is said: by code 11232 (default), or by the gateway's HTTP 429 and
   * `x-ogw-ratelimit-reset`. The code names no time: one that `meet()` is given is named by the gateway.
   */
  readonly limitedBy?: "code" | "gateway" | undefined;
}

export interface FeishuStandIn extends HttpReceiver {
  /** The messages that were accepted, as JSON values, oldest first. */
  messages(): readonly unknown[];
  /** Whom those messages alert. */
  alerted(): readonly string[];
  /** Answers the next `times` requests (default: all) with this code at HTTP 200, whatever they say. */
  answer(code: number, msg?: string, times?: number): void;
}

const hooks = "/open-apis/bot/v2/hook/";
const usualToken = "00000000-secret-token-0000-000000000000";

const json = { "content-type": "application/json; charset=utf-8" };

const success = answer(
  200,
  '{"code":0,"msg":"success","data":{},"StatusCode":0,"StatusMessage":"success"}',
  json,
);

const refuse = (code: number, msg: string): Behaviour => {
  const say = answer(200, JSON.stringify({ code, msg, data: {} }), json);
  return (request, response) => {
    say(request, response);
    return false;
  };
};

const noSuchToken = refuse(19001, "param invalid: incoming webhook access token invalid");
const badSign = refuse(
  19021,
  "sign match fail or timestamp is not within one hour from current time",
);
const tooFast = refuse(11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]");

const gatewayLimit = (seconds: number): Behaviour =>
  answer(429, '{"code":99991400,"msg":"request trigger frequency limit"}', {
    ...json,
    "x-ogw-ratelimit-reset": String(seconds),
  });

const sizeRefusal = (body: string): Refusal | undefined => {
  const bytes = Buffer.byteLength(body);
  if (bytes > 30_720)
    return { code: 19036, msg: "the request body exceeds the size limit of 30KB" };
  return bytes > 20_000 ? { code: 9499, msg: "Bad Request: the body exceeds 20K" } : undefined;
};

/**
 * A Feishu custom bot: its token, signature, keywords, sizes, shapes and rates, with the vendor's own
 * codes, which come at HTTP 200. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 *
 * A body that is no JSON, or no message, is answered 9499 or 19002, but only after the token (19001)
 * and the signature (19021): a probe can tell a live bot from a dead one and show nobody anything.
 *
 * Conditions: rate-limited 11232 · unavailable HTTP 503 · payload 9499 · endpoint 19001 · config 19021 ·
 * garble HTTP 200 with a page of HTML.
 */
export const feishuStandIn = async (options: FeishuStandInOptions = {}): Promise<FeishuStandIn> => {
  const { secret, keywords = [], now = Date.now } = options;
  const path = hooks + (options.token ?? usualToken);
  const windows = slidingWindows(
    [
      { max: 100, perMs: 60_000 },
      { max: 5, perMs: 1000 },
    ],
    now,
  );

  const reply = (request: ReceivedRequest): Behaviour => {
    if (request.method !== "POST" || !request.path.startsWith(hooks))
      return answer(404, "404 page not found");
    if (request.path !== path) return noSuchToken;
    if (options.rates === true && !windows.admit()) return tooFast;
    const message = parseJson(request.body);
    if (secret !== undefined && !isSigned(message, secret, now())) return badSign;
    const isJson = /^application\/json\b/i.test(request.headers["content-type"] ?? "");
    if (!isJson) return refuse(9499, "Bad Request: content-type");
    const refusal = sizeRefusal(request.body) ?? shapeRefusal(message);
    if (refusal !== undefined) return refuse(refusal.code, refusal.msg);
    if (keywords.length > 0 && !hasKeyword(message, keywords))
      return refuse(19024, "Key Words Not Found");
    return success;
  };

  const page = answer(200, "<html><body>please log in</body></html>", {
    "content-type": "text/html",
  });
  const { limitedBy = "code" } = options;
  const conditions = ({
    retryAfterSeconds = limitedBy === "gateway" ? 2 : undefined,
  }: MeetOptions): Readonly<Record<VendorCondition, Behaviour>> => ({
    accept: (request, response) => reply(request)(request, response),
    garble: (request, response) => {
      const said = reply(request);
      return (said === success ? page : said)(request, response);
    },
    "rate-limited": retryAfterSeconds === undefined ? tooFast : gatewayLimit(retryAfterSeconds),
    unavailable: answer(503, "upstream connect error"),
    payload: refuse(9499, "Bad Request"),
    endpoint: noSuchToken,
    config: badSign,
  });

  const { receiver, behave } = await httpStandIn({ path, conditions });
  const messages = () => receiver.accepted().map(({ body }) => parseJson(body));
  return {
    ...receiver,
    messages,
    alerted: () => messages().flatMap(feishuMentions),
    answer(code, msg = code === 0 ? "success" : "failure", times = Number.POSITIVE_INFINITY) {
      behave(code === 0 ? success : refuse(code, msg), times);
    },
  };
};
