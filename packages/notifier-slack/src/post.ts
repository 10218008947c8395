import { DeliveryError } from "@datasync-monitor/core";
import type { HttpAnswer, HttpClient, PostRequest } from "@datasync-monitor/http";
import {
  type FetchFunction,
  IncomingWebhook,
  type IncomingWebhookSendArguments,
} from "@slack/webhook";

type Post = (
  message: IncomingWebhookSendArguments,
  signal: PostRequest["signal"],
) => Promise<HttpAnswer>;

type FetchResponse = Awaited<ReturnType<FetchFunction>>;

const responseOf = ({ status, headers, body }: HttpAnswer): FetchResponse => ({
  ok: status >= 200 && status < 300,
  status,
  statusText: "",
  url: "", // the address is a secret
  headers: {
    get: (name) => headers[name.toLowerCase()] ?? null,
    entries: () => Object.entries(headers),
  },
  text: async () => body,
  json: async () => JSON.parse(body),
  arrayBuffer: async () => new TextEncoder().encode(body).buffer,
});

/**
 * One request through Slack's own client, over our transport.
 *
 * The client alone would take HTTP 200 `invalid_payload` for success, keep the status and drop
 * `Retry-After`, know no abort signal, and repeat an address that it cannot parse in its error. So the
 * answer is taken from under it, and whatever it makes of that answer is not used.
 */
export const poster =
  (url: URL, client: HttpClient): Post =>
  async (message, signal) => {
    const seen: { answer?: Promise<HttpAnswer> } = {};
    const fetch: FetchFunction = async (_url, init) => {
      const { body, headers = {} } = init ?? {};
      seen.answer = client.post({
        url,
        body: typeof body === "string" ? body : "",
        headers,
        signal,
      });
      return responseOf(await seen.answer);
    };
    // A client for each message: its `fetch` is the only way to hand it this attempt's signal.
    const webhook = new IncomingWebhook(url.href, { fetch, retryConfig: { retries: 0 } });
    await webhook.send(message).catch(() => undefined); // the answer says it better
    if (seen.answer === undefined) {
      throw new DeliveryError("unknown", "Slack's client made no request");
    }
    return seen.answer;
  };
