import { createHash } from "node:crypto";
import { ConfigError, textOption } from "@datasync-monitor/core";

/**
 * One spelling for one address: `URL` lower-cases the host and drops the default port; a fragment is never sent.
 * What has a blank within is more than an address, and a `#` there begins no fragment: a channel, or a token.
 */
const canonical = (url: URL | string): string => {
  const text = String(url).trim();
  if (/\s/.test(text) || !URL.canParse(text)) return text;
  const parsed = new URL(text);
  parsed.hash = "";
  return parsed.href;
};

/**
 * A name for an address that gives nothing of it away: 32 hex characters of its SHA-256. Where one address
 * serves several accounts or channels, give it all that tells them apart: `` `${url} ${token} ${channel}` ``.
 *
 * For `Notifier.destinationKey`: receivers with one key share limits, pause and breaker.
 */
export const destinationKeyOf = (url: URL | string): string =>
  createHash("sha256").update(canonical(url)).digest("hex").slice(0, 32);

/**
 * Whether an address is this machine by its name alone, without asking a resolver.
 *
 * https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === "[::1]" || /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3})$/.test(hostname);

export interface UrlOptionRules {
  /** With the colon. Default `["https:", "http:"]`. */
  readonly protocols?: readonly string[] | undefined;
}

/**
 * An absolute URL from an option that may be a string or a `URL`. The fragment is dropped.
 *
 * A name and password before the host are refused: HTTP clients disagree on what becomes of them.
 * Send an `authorization` header instead.
 *
 * @param owner - The factory the option is for, as the user spells it: `"slack()"`.
 * @throws ConfigError that names the option and never repeats the value: the URL is often the secret.
 */
export const urlOption = (
  owner: string,
  name: string,
  value: unknown,
  { protocols = ["https:", "http:"] }: UrlOptionRules = {},
): URL => {
  const text = textOption(owner, name, value instanceof URL ? value.href : value);
  const kinds = protocols.map((protocol) => `${protocol}//`).join(" or ");
  if (!URL.canParse(text)) {
    throw new ConfigError(
      name,
      `${owner}: \`${name}\` must be a whole URL, starting with ${kinds}.`,
    );
  }
  const url = new URL(text);
  if (!protocols.includes(url.protocol)) {
    throw new ConfigError(name, `${owner}: \`${name}\` must start with ${kinds}.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new ConfigError(
      name,
      `${owner}: \`${name}\` must not hold a user name or password. Where they are needed, they belong in an \`authorization\` header.`,
    );
  }
  url.hash = "";
  return url;
};
