import { ConfigError, checkOptions, textOption } from "@datasync-monitor/core";
import { isLoopback, urlOption } from "@datasync-monitor/http";

export const owner = "pager()";

export interface PagerOptions {
  /** Whom to page, as the pager's settings show it. A secret. */
  readonly routingKey: string | undefined;
  /** Where alerts are posted. Default: the pager's own address. */
  readonly url?: string | URL | undefined;
}

const defaultUrl = "https://events.pager.example/v1/alerts";

/** It travels in a header. */
const keyPattern = /^[\x21-\x7e]+$/;

/** @throws ConfigError that names the option and repeats no secret. */
export const readOptions = (options: PagerOptions) => {
  checkOptions(owner, options, ["routingKey", "url"]);
  const routingKey = textOption(owner, "routingKey", options.routingKey);
  if (!keyPattern.test(routingKey)) {
    throw new ConfigError("routingKey", `${owner}: \`routingKey\` holds what no routing key has.`);
  }
  const url = urlOption(owner, "url", options.url ?? defaultUrl);
  if (url.protocol !== "https:" && !isLoopback(url)) {
    const why = "the routing key would travel in the clear";
    throw new ConfigError("url", `${owner}: \`url\` must start with https://, for ${why}.`);
  }
  return { url, routingKey };
};
