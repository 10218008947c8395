import { DeliveryError, type DeliveryErrorCode } from "@datasync-monitor/core";
import type { HttpAnswer } from "./exchange.ts";
import { parseRetryAfter } from "./retry-after.ts";

const special: Readonly<Record<number, DeliveryErrorCode>> = {
  401: "config",
  403: "config",
  404: "endpoint",
  405: "config",
  407: "config",
  408: "unavailable",
  410: "endpoint",
  425: "unavailable",
  429: "rate-limited",
};

const codeOf = (status: number, retryAfterMs: number | undefined): DeliveryErrorCode => {
  if (status === 503 && retryAfterMs !== undefined) return "rate-limited";
  const known = special[status];
  if (known !== undefined) return known;
  if (status >= 300 && status < 400) return "config";
  if (status >= 400 && status < 500) return "payload";
  return status >= 500 && status < 600 ? "unavailable" : "unknown";
};

const advice = (status: number): string => {
  if (status >= 300 && status < 400) return ": redirects are refused; use the final address";
  if (status === 401 || status === 403) return ": check the credentials";
  if (status === 405) return ": the address takes no POST; check it";
  if (status === 407) return ": a proxy asks for credentials";
  if (status === 404 || status === 410) return ": the address is gone";
  if (status === 413) return ": the message is too large";
  return "";
};

/**
 * What an HTTP status means for a delivery, for destinations that speak plain HTTP. A vendor that
 * answers failures with 200 needs a look at the body as well.
 *
 * @param what - Who answered, for the message: `"the webhook"`. No URL, no secret.
 * @param now - Milliseconds since the epoch, to reckon a `Retry-After` date from.
 * @returns undefined for 2xx.
 */
export const statusError = (
  answer: HttpAnswer,
  what: string,
  now: number,
): DeliveryError | undefined => {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const retryAfterMs = parseRetryAfter(answer.headers["retry-after"], now);
  const code = codeOf(status, retryAfterMs);
  return new DeliveryError(code, `${what} answered ${status}${advice(status)}`, {
    retryAfterMs: code === "rate-limited" || code === "unavailable" ? retryAfterMs : undefined,
  });
};
