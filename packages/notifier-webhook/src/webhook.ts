import {
  type Clock,
  DeliveryError,
  defineNotifier,
  type Notifier,
  type Receipt,
  singleLine,
  systemClock,
  truncate,
} from "@datasync-monitor/core";
import {
  destinationKeyOf,
  type HttpAnswer,
  httpClient,
  type PostRequest,
  statusError,
} from "@datasync-monitor/http";
import { owner, readOptions, type WebhookOptions } from "./options.ts";
import { type Rendered, render } from "./render.ts";
import { safeId, webhookHeaders } from "./signature.ts";

const who = "the webhook";

/** Where a receiver may tell its own name for the request. */
const referenceHeaders = ["x-request-id", "request-id", "x-correlation-id"];

const referenceOf = (headers: HttpAnswer["headers"]): string | undefined => {
  for (const name of referenceHeaders) {
    const value = headers[name];
    if (value) return truncate(singleLine(value), 200);
  }
  return undefined;
};

const receiptOf = ({ status, headers }: HttpAnswer): Receipt => {
  const reference = referenceOf(headers);
  return status === 202 ? { reference, asynchronous: true } : { reference };
};

/** 415 judges the content type, which is the same for every event: none of them must die of it. */
const sendError = (answer: HttpAnswer, now: number): DeliveryError | undefined =>
  answer.status === 415
    ? new DeliveryError(
        "config",
        `${who} answered 415: it does not take this content type; choose another \`format\``,
      )
    : statusError(answer, who, now);

/**
 * What OPTIONS tells of an address that is made for POST: any answer but these proves that someone is
 * there, for few receivers route OPTIONS at all.
 */
const probeError = (answer: HttpAnswer, now: number): DeliveryError | undefined => {
  const error = statusError(answer, who, now);
  const isThere = error?.code === "payload" || answer.status === 405 || answer.status === 501;
  if (error === undefined || isThere) return undefined;
  if (error.code !== "endpoint") return error;
  return new DeliveryError(
    "endpoint",
    `${who} answered ${answer.status} to OPTIONS: the address is gone, or it knows POST alone`,
  );
};

/**
 * Posts each event as JSON: `{ id, service, event_type, level, message, timestamp, details, metrics }`,
 * or as a CloudEvent whose data that is.
 *
 * Every request carries `webhook-id` (the same on every attempt: drop what you have seen),
 * `webhook-timestamp` (seconds, of the attempt) and, with a `secret`, `webhook-signature`. Receive them
 * with `verifyWebhook()`, or with any Standard Webhooks library. Any 2xx is a success, whatever its body.
 *
 * @throws ConfigError naming the option that is missing or wrong.
 */
export const webhook = (options: WebhookOptions): Notifier => {
  const { url, headers, keys, rendering, maxBatchSize, client } = readOptions(options);
  const http = httpClient(client, owner);
  let clock: Clock = systemClock;

  const request = (
    id: string,
    { body, headers: ofEvent }: Rendered,
    signal: PostRequest["signal"],
  ) => {
    const timestamp = String(Math.floor(clock.now() / 1_000));
    const own = webhookHeaders(keys, { id, body, timestamp });
    // None of them names another's. Filled up in place: a spread of a spread costs ten times as much.
    const sent = Object.assign(own, headers, ofEvent);
    return { url, body, headers: sent, signal };
  };

  return defineNotifier({
    id: "webhook",
    maxBatchSize,
    destinationKey: destinationKeyOf(url),
    attach(host) {
      clock = host.clock;
    },
    async send(batch, context) {
      const rendered = render(batch, rendering);
      const answer = await http.post(request(safeId(context.idempotencyKey), rendered, context));
      const error = sendError(answer, clock.now());
      if (error !== undefined) throw error;
      return receiptOf(answer);
    },
    async verify({ signal }) {
      const nothing = { body: Buffer.alloc(0), headers: undefined };
      const probe = request(safeId(`verify_${clock.now()}`), nothing, signal);
      const error = probeError(await http.post({ ...probe, method: "OPTIONS" }), clock.now());
      if (error !== undefined) throw error;
    },
    close: () => http.close(),
  });
};
