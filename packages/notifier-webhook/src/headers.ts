import { ConfigError, textOption } from "@datasync-monitor/core";
import { contentTypes, type WebhookFormat } from "./render.ts";

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.1 */
const headerName = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Visible latin1, spaces and tabs: what a header can carry unchanged. */
const headerValue = /^[\t\x20-\x7e\xa0-\xff]+$/;

const reserved =
  /^(?:webhook-.*|proxy-.*|host|content-length|content-encoding|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer)$/;

/** By these a receiver tells the modes of CloudEvents apart. */
const reservedForCloudEvents = /^(?:ce-.*|content-type)$/;

/**
 * The `headers` option, lower-cased, with the content type of `format`.
 *
 * @throws ConfigError that repeats no value.
 */
export const headersOption = (
  owner: string,
  headers: unknown,
  format: WebhookFormat,
): Record<string, string> => {
  const checked: Record<string, string> = { "content-type": contentTypes[format] };
  if (headers === undefined) return checked;
  if (typeof headers !== "object" || headers === null) {
    throw new ConfigError(
      "headers",
      `${owner}: \`headers\` must be an object of names and values.`,
    );
  }
  if (Symbol.iterator in headers) {
    throw new ConfigError(
      "headers",
      `${owner}: \`headers\` must be an object of names and values, such as Object.fromEntries(headers) makes of a list, a Map or a Headers.`,
    );
  }
  for (const [key, value] of Object.entries(headers)) {
    const name = key.toLowerCase();
    if (!headerName.test(name)) {
      throw new ConfigError("headers", `${owner}: \`headers\` has a name that no header may have.`);
    }
    if (reserved.test(name) || (format !== "json" && reservedForCloudEvents.test(name))) {
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
