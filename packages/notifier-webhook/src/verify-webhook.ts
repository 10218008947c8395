import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { ConfigError, type MonitorEvent, numberOption } from "@datasync-monitor/core";
import {
  idHeader,
  signatureHeader,
  signatureOf,
  signingKeys,
  timestampHeader,
} from "./signature.ts";
import {
  WebhookVerificationError,
  type WebhookVerificationErrorCode,
} from "./verification-error.ts";

/** What `Headers` of the fetch API has, without asking for its types. */
interface HeadersLike {
  get(name: string): string | null;
}

export interface ReceivedWebhook {
  /** Node's `request.headers`, the `Headers` of a fetch-style framework, or an object with names in any case. */
  readonly headers: IncomingHttpHeaders | HeadersLike;
  /** The body as it arrived, before any JSON parser: other bytes have another signature. */
  readonly body: string | Uint8Array;
  /** One of them must fit: `whsec_…`, as `webhook()` has it. */
  readonly secret: string | readonly (string | undefined)[] | undefined;
  /** How far the sender's clock may differ, and how old a request may be. Default 300. */
  readonly toleranceSeconds?: number | undefined;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: number | undefined;
}

const owner = "verifyWebhook()";

/** The last moment that a `Date` can be. */
const latest = 8.64e15;

const fail = (code: WebhookVerificationErrorCode, message: string): never => {
  throw new WebhookVerificationError(code, message);
};

const isHeadersLike = (headers: ReceivedWebhook["headers"]): headers is HeadersLike =>
  typeof headers.get === "function";

/** Node's names are in lower case; gateways that hand a request on keep them as they came. */
const inAnyCase = (headers: IncomingHttpHeaders, name: string): unknown => {
  if (headers[name] !== undefined) return headers[name];
  const found = Object.keys(headers).find((key) => key.toLowerCase() === name);
  return found === undefined ? undefined : headers[found];
};

const headerOf = (headers: ReceivedWebhook["headers"], name: string): string => {
  const value = isHeadersLike(headers) ? headers.get(name) : inAnyCase(headers, name);
  return typeof value === "string" && value !== ""
    ? value
    : fail("header-missing", `The header ${name} is missing.`);
};

const checkAge = (timestamp: string, tolerance: number, now: number): void => {
  if (!/^\d{1,12}$/.test(timestamp)) {
    fail("timestamp-invalid", `The header ${timestampHeader} is not whole seconds.`);
  }
  const age = Math.floor(now / 1_000) - Number(timestamp);
  if (age > tolerance) fail("timestamp-expired", "The request is too old.");
  if (-age > tolerance) fail("timestamp-future", "The request comes from the future.");
};

/** Takes the same time wherever the two differ. */
const equal = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What `webhook()` wraps in a CloudEvent is its data, by the same id; anybody else's stays as it is. */
const unwrapped = (value: Readonly<Record<string, unknown>>): unknown =>
  typeof value.specversion === "string" && isObject(value.data) && value.data.id === value.id
    ? value.data
    : value;

const eventsIn = (body: Uint8Array): readonly MonitorEvent[] => {
  if (body.length === 0) return []; // the probe of verify(): refused, it would call a right secret wrong
  try {
    const parsed: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    const events: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    if (events.every(isObject)) return events.map(unwrapped) as MonitorEvent[];
  } catch {
    // A parser's message quotes the body.
  }
  return fail("body-unreadable", "The body is not a JSON object or an array of them.");
};

/**
 * Checks a request of `webhook()`, or of any Standard Webhooks sender, and gives its events: one, all
 * of an array, or none for an empty body, as the probe of `verify()` has it. A CloudEvent of `webhook()`
 * gives the event it was made of. Their shape is what the sender, who holds the secret, made it.
 *
 * A request can arrive twice: within the tolerance by replay, and at any time because the answer to
 * the first was lost. Both carry the same `webhook-id` and the same event `id`s.
 *
 * @throws WebhookVerificationError when the request is not to be trusted.
 * @throws ConfigError when `headers`, `secret`, `body`, `toleranceSeconds` or `now` is not what it must be.
 */
export const verifyWebhook = (received: ReceivedWebhook): readonly MonitorEvent[] => {
  const keys = signingKeys(owner, received.secret);
  const tolerance = numberOption(owner, "toleranceSeconds", received.toleranceSeconds, 300, {
    min: 0,
    max: 86_400,
  });
  const now = numberOption(owner, "now", received.now, Date.now(), { min: 0, max: latest });
  const body = typeof received.body === "string" ? Buffer.from(received.body) : received.body;
  if (!(body instanceof Uint8Array)) {
    throw new ConfigError(
      "body",
      `${owner}: \`body\` must be the raw text or bytes, not what a parser made of them.`,
    );
  }
  if (typeof received.headers !== "object" || received.headers === null) {
    throw new ConfigError("headers", `${owner}: \`headers\` must be those of the request.`);
  }
  const id = headerOf(received.headers, idHeader);
  const timestamp = headerOf(received.headers, timestampHeader);
  const given = headerOf(received.headers, signatureHeader).split(" ");
  checkAge(timestamp, tolerance, now);

  const expected = keys.map((key) => `v1,${signatureOf(key, { id, timestamp, body })}`);
  if (!expected.some((signature) => given.some((candidate) => equal(candidate, signature)))) {
    fail("signature-mismatch", "No signature fits the body: another secret, or other bytes.");
  }
  return eventsIn(body);
};
