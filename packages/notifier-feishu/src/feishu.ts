import {
  defineNotifier,
  type Notifier,
  type NotifierHost,
  systemClock,
} from "@datasync-monitor/core";
import { destinationKeyOf, httpClient, type PostRequest } from "@datasync-monitor/http";
import { judge, judgeProbe, type Sent } from "./answer.ts";
import { readManner } from "./manner.ts";
import { type FeishuOptions, owner, readOptions } from "./options.ts";
import { renderBody } from "./render.ts";
import { envelope } from "./sign.ts";

/** Of one bot in one tenant. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot */
const rateLimits = [
  { max: 100, perMs: 60_000 },
  { max: 5, perMs: 1_000 },
];

const headers = { "content-type": "application/json; charset=utf-8" };

/**
 * Sends events to a Feishu or Lark group through a custom bot; a batch as one message.
 *
 * `verify()` posts a message without a type: the bot checks token, IP address and signature first, then
 * refuses it, and nobody sees anything.
 *
 * @throws ConfigError naming the option that is missing or wrong.
 */
export const feishu = (options: FeishuOptions): Notifier => {
  const { url, secret, format, look, client: connection } = readOptions(options);
  const client = httpClient(connection, owner);
  let host: NotifierHost | undefined;

  const now = () => (host?.clock ?? systemClock).now();
  const post = (body: string, signal: PostRequest["signal"]) =>
    client.post({ url, body, headers, signal });
  const sent = (how: Pick<Sent, "at" | "bytes" | "attempt" | "manner">): Sent => ({
    ...how,
    format,
    signed: secret !== undefined,
    keyed: look.keyword !== undefined,
  });

  return defineNotifier({
    id: "feishu",
    maxBatchSize: 20,
    rateLimits,
    destinationKey: destinationKeyOf(url),

    attach(to) {
      host = to;
    },

    async send(batch, context) {
      const { attempt, resume } = context;
      const at = now();
      const manner = readManner(resume, format);
      const shown = {
        ...look,
        timeZone: look.timeZone ?? host?.timeZone,
        mentions: manner.mention ? look.mentions : [],
      };
      const body = renderBody(batch, shown, { ...manner, envelope: envelope(secret, at) });
      const answer = await post(body, context);
      const bytes = Buffer.byteLength(body);
      const error = judge(answer, sent({ at, bytes, attempt, manner }), now());
      if (error !== undefined) throw error;
    },

    async verify({ signal }) {
      const at = now();
      const body = JSON.stringify(envelope(secret, at));
      const answer = await post(body, signal);
      const manner = readManner(null, format);
      const error = judgeProbe(answer, sent({ at, bytes: body.length, attempt: 1, manner }), now());
      if (error !== undefined) throw error;
    },

    close: () => client.close(),
  });
};
