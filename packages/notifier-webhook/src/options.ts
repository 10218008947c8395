import {
  ConfigError,
  checkOptions,
  choiceOption,
  flagOption,
  numberOption,
  textOption,
} from "@datasync-monitor/core";
import { type HttpClientOptions, isLoopback, urlOption } from "@datasync-monitor/http";
import type { CloudEventNames } from "./cloud-events.ts";
import { headersOption } from "./headers.ts";
import type { BodyShape, RenderOptions, WebhookFormat } from "./render.ts";
import { signingKeys } from "./signature.ts";

/** How the receiver is reached, as the HTTP client has it. */
type ConnectionOptions = Pick<
  HttpClientOptions,
  "ca" | "cert" | "key" | "passphrase" | "proxy" | "guard" | "allow" | "lookup"
>;

export interface WebhookOptions extends ConnectionOptions {
  /** Where to post: `https:` or `http:`. Its path and query are treated as a secret; credentials go into `headers`. */
  readonly url: string | URL | undefined;
  /** Sent with every request, such as `authorization`. The values are treated as secrets. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Signs every request by Standard Webhooks: `whsec_` and the base64 of 24 to 64 random bytes. With
   * several, every request carries a signature of each: the way to rotate. Unsigned without.
   */
  readonly secret?: string | readonly (string | undefined)[] | undefined;
  /** `"json"`: the event as it is (default). The others: a content mode of CloudEvents 1.0, whose data is that JSON. */
  readonly format?: WebhookFormat | undefined;
  /** With `format: "json"`, `"object"`: one event a request (default). `"array"`: a JSON array, of one event too. */
  readonly body?: BodyShape | undefined;
  /** With `body: "array"` or `format: "cloudevents-batch"`, the most events in one request: 1 to 100, default 100. */
  readonly maxBatchSize?: number | undefined;
  /** The `source` of every CloudEvent, a URI or the path of one. Default `/` and the event's service. */
  readonly source?: string | undefined;
  /** What stands before the event's type in the `type` of a CloudEvent. Default `"io.github.datasync-monitor"`. */
  readonly typePrefix?: string | undefined;
  /** Connections kept to the receiver. Default 8; no more are used than the receiver's `concurrency`. */
  readonly connections?: number | undefined;
  /** Allows a `secret` with an `http:` URL to another machine, where anyone on the way reads the events. */
  readonly allowInsecure?: boolean | undefined;
}

/** The options, checked and completed. */
export interface Settings {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly keys: readonly Buffer[];
  readonly rendering: RenderOptions;
  readonly maxBatchSize: number;
  readonly client: HttpClientOptions;
}

export const owner = "webhook()";

const mostEvents = 100;

const known: readonly (keyof WebhookOptions)[] = [
  "url",
  "headers",
  "secret",
  "format",
  "body",
  "maxBatchSize",
  "source",
  "typePrefix",
  "connections",
  "ca",
  "cert",
  "key",
  "passphrase",
  "proxy",
  "guard",
  "allow",
  "lookup",
  "allowInsecure",
];

const formats: readonly WebhookFormat[] = [
  "json",
  "cloudevents-structured",
  "cloudevents-binary",
  "cloudevents-batch",
];

const shapeOption = (value: unknown, format: WebhookFormat): BodyShape => {
  const shape = choiceOption<BodyShape>(owner, "body", value, "object", ["object", "array"]);
  if (value === undefined || format === "json") return shape;
  throw new ConfigError(
    "body",
    `${owner}: \`body\` is for \`format: "json"\`. Of CloudEvents, \`format: "cloudevents-batch"\` is the array.`,
  );
};

const batchSizeOption = (value: unknown, many: boolean): number => {
  if (many) {
    const range = { min: 1, max: mostEvents, integer: true };
    return numberOption(owner, "maxBatchSize", value, mostEvents, range);
  }
  if (value === undefined || value === 1) return 1;
  throw new ConfigError(
    "maxBatchSize",
    `${owner}: \`maxBatchSize\` needs \`body: "array"\` or \`format: "cloudevents-batch"\`; any other request carries one event.`,
  );
};

/** https://www.rfc-editor.org/rfc/rfc3986#section-4.1 */
const uriReference = /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[\da-f]{2})+$/i;

const reverseDnsName = /^[a-z\d](?:[a-z\d-]*\.)*[a-z\d-]*[a-z\d]$/i;

const namesOption = (
  { source, typePrefix }: Pick<WebhookOptions, "source" | "typePrefix">,
  format: WebhookFormat,
): CloudEventNames => {
  const matching = (name: string, value: unknown, pattern: RegExp, what: string): string => {
    if (format === "json") {
      throw new ConfigError(name, `${owner}: \`${name}\` needs a CloudEvents \`format\`.`);
    }
    const text = textOption(owner, name, value);
    if (pattern.test(text)) return text;
    throw new ConfigError(name, `${owner}: \`${name}\` must be ${what}.`);
  };
  return {
    source:
      source === undefined
        ? undefined
        : matching("source", source, uriReference, "a URI, or the path of one, in ASCII"),
    typePrefix:
      typePrefix === undefined
        ? "io.github.datasync-monitor"
        : matching("typePrefix", typePrefix, reverseDnsName, 'a name such as "com.example.jobs"'),
  };
};

/** Whether what is posted can be read by this machine alone. */
const staysHere = (url: URL, proxy: WebhookOptions["proxy"]): boolean =>
  isLoopback(url) && (proxy === undefined || proxy === "environment");

/** @throws ConfigError naming the option that is missing or wrong. */
export const readOptions = (options: WebhookOptions): Settings => {
  checkOptions(owner, options, known);
  const url = urlOption(owner, "url", options.url);
  const keys = options.secret === undefined ? [] : signingKeys(owner, options.secret);
  const allowInsecure = flagOption(owner, "allowInsecure", options.allowInsecure, false);
  if (
    keys.length > 0 &&
    url.protocol === "http:" &&
    !staysHere(url, options.proxy) &&
    !allowInsecure
  ) {
    throw new ConfigError(
      "url",
      `${owner}: \`url\` is http: while a \`secret\` is set: a signature hides nothing. Use https:, or \`allowInsecure: true\` inside a network you trust.`,
    );
  }
  const format = choiceOption<WebhookFormat>(owner, "format", options.format, "json", formats);
  const shape = shapeOption(options.body, format);
  const many = shape === "array" || format === "cloudevents-batch";
  const { connections, ca, cert, key, passphrase, proxy, guard, allow, lookup } = options;
  return {
    url,
    keys,
    rendering: { format, shape, names: namesOption(options, format) },
    headers: headersOption(owner, options.headers, format),
    maxBatchSize: batchSizeOption(options.maxBatchSize, many),
    client: { connections, ca, cert, key, passphrase, proxy, guard, allow, lookup },
  };
};
