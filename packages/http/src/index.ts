// Sending.
export { type HttpClient, type HttpClientOptions, httpClient, type PostRequest } from "./client.ts";
export type { HttpAnswer } from "./exchange.ts";
export type { GuardMode } from "./guard.ts";
// Reading the answer.
export { parseRetryAfter } from "./retry-after.ts";
export { statusError } from "./status.ts";
// Checking options.
export { destinationKeyOf, isLoopback, type UrlOptionRules, urlOption } from "./url.ts";
