import {
  ConfigError,
  checkOptions,
  choiceOption,
  flagOption,
  numberOption,
  textOption,
} from "@datasync-monitor/core";
import { isLoopback, urlOption } from "@datasync-monitor/http";
import type { BodyShape } from "./render.ts";
import { signingKeys } from "./signature.ts";

export interface WebhookOptions {
  /** Where to post: `https:` or `http:`. Its path and query are treated as a secret; credentials go into `headers`. */
  readonly url: string | URL | undefined;
  /** Sent with every request, such as `authorization`. The values are treated as secrets. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Signs every request by Standard Webhooks: `whsec_` and the base64 of 24 to 64 random bytes. With
   * several, every request carries a signature of each: the way to rotate. Unsigned without.
   */
  readonly secret?: string | readonly (string | undefined)[] | undefined;
  /** `"object"`: one event a request (default). `"array"`: a JSON array, of one event too. */
  readonly body?: BodyShape | undefined;
  /** With `body: "array"`, the most events in one request: 1 to 100, default 100. */
  readonly maxBatchSize?: number | undefined;
  /** Connections kept to the receiver. Default 8; no more are used than the receiver's `concurrency`. */
  readonly connections?: number | undefined;
  /** Certificates to trust instead of the well-known ones, as PEM text. */
  readonly ca?: string | undefined;
  /** Allows a `secret` with an `http:` URL to another machine, where anyone on the way reads the events. */
  readonly allowInsecure?: boolean | undefined;
}

/** The options, checked and completed. */
export interface Settings {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly keys: readonly Buffer[];
  readonly body: BodyShape;
  readonly maxBatchSize: number;
}

export const owner = "webhook()";

const mostEvents = 100;

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.1 */
const headerName = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Visible latin1, spaces and tabs: what a header can carry unchanged. */
const headerValue = /^[\t\x20-\x7e\xa0-\xff]+$/;

const reservedHeader =
  /^(?:webhook-.*|host|content-length|content-encoding|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer)$/;

const headersOption = (headers: unknown): Record<string, string> => {
  const checked: Record<string, string> = { "content-type": "application/json; charset=utf-8" };
  if (headers === undefined) return checked;
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    throw new ConfigError(
      "headers",
      `${owner}: \`headers\` must be an object of names and values.`,
    );
  }
  for (const [key, value] of Object.entries(headers)) {
    const name = key.toLowerCase();
    if (!headerName.test(name)) {
      throw new ConfigError("headers", `${owner}: \`headers\` has a name that no header may have.`);
    }
    if (reservedHeader.test(name)) {
      throw new ConfigError(
        `headers.${name}`,
        `${owner}: the header \`${name}\` is set by the notifier.`,
      );
    }
    const text = textOption(owner, `headers.${name}`, value);
    if (!headerValue.test(text)) {
      throw new ConfigError(
        `headers.${name}`,
        `${owner}: \`headers.${name}\` holds a line break or a character that no header can carry.`,
      );
    }
    checked[name] = text;
  }
  return checked;
};

const batchSizeOption = (value: unknown, body: BodyShape): number => {
  if (body === "array") {
    const range = { min: 1, max: mostEvents, integer: true };
    return numberOption(owner, "maxBatchSize", value, mostEvents, range);
  }
  if (value === undefined || value === 1) return 1;
  throw new ConfigError(
    "maxBatchSize",
    `${owner}: \`maxBatchSize\` needs \`body: "array"\`; an object carries one event.`,
  );
};

/** @throws ConfigError naming the option that is missing or wrong. */
export const readOptions = (options: WebhookOptions): Settings => {
  checkOptions(owner, options, [
    "url",
    "headers",
    "secret",
    "body",
    "maxBatchSize",
    "connections",
    "ca",
    "allowInsecure",
  ]);
  const url = urlOption(owner, "url", options.url);
  const keys = options.secret === undefined ? [] : signingKeys(owner, options.secret);
  const allowInsecure = flagOption(owner, "allowInsecure", options.allowInsecure, false);
  if (keys.length > 0 && url.protocol === "http:" && !isLoopback(url) && !allowInsecure) {
    throw new ConfigError(
      "url",
      `${owner}: \`url\` is http: while a \`secret\` is set: a signature hides nothing. Use https:, or \`allowInsecure: true\` inside a network you trust.`,
    );
  }
  const body = choiceOption<BodyShape>(owner, "body", options.body, "object", ["object", "array"]);
  return {
    url,
    keys,
    body,
    headers: headersOption(options.headers),
    maxBatchSize: batchSizeOption(options.maxBatchSize, body),
  };
};
