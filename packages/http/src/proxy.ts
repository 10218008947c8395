import { isIP } from "node:net";
import { ConfigError, textOption } from "@datasync-monitor/core";
import { AddressRanges } from "./ranges.ts";
import { isLoopback } from "./url.ts";

export interface HttpProxy {
  readonly protocol: string;
  readonly host: string;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: string;
  /** Its credentials, where there are any. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Which proxy a request goes by; undefined: none. The same for every URL of an origin. */
export type ProxyFor = (url: URL) => HttpProxy | undefined;

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

const credentials = ({ username, password }: URL): Record<string, string> => {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
};

/** @param where - Where the text comes from, for the message. */
const proxyOf = (owner: string, where: string, text: string): HttpProxy => {
  try {
    const url = new URL(text);
    const { protocol, host, hostname, port } = url;
    if (protocol === "http:" || protocol === "https:") {
      return { protocol, host, hostname: bare(hostname), port, headers: credentials(url) };
    }
  } catch {
    // The reason would repeat the credentials.
  }
  throw new ConfigError(
    "proxy",
    `${owner}: ${where} must be a whole URL, starting with http:// or https://. SOCKS is not spoken.`,
  );
};

/** The rule of `NO_PROXY`: a host and its sub-domains, an address or range, any with a port, or `*`. */
const exemption = (list: string): ((url: URL) => boolean) => {
  const ranges = new AddressRanges();
  const hosts: { host: string; port: string }[] = [];
  for (const entry of list.toLowerCase().split(/[\s,]+/)) {
    if (entry === "" || ranges.add(entry)) continue;
    const [, host = "", port = ""] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    hosts.push({ host: bare(host).replace(/^\*?\./, ""), port });
  }
  return (url) => {
    const hostname = bare(url.hostname).replace(/\.$/, "");
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    if (isIP(hostname) > 0 && ranges.has(hostname)) return true;
    return hosts.some(
      (entry) =>
        (entry.port === "" || entry.port === port) &&
        (entry.host === "*" || hostname === entry.host || hostname.endsWith(`.${entry.host}`)),
    );
  };
};

const fromEnvironment = (owner: string): ProxyFor => {
  const variable = (name: string) => process.env[name] || process.env[name.toUpperCase()];
  const named = (name: string): HttpProxy | undefined => {
    const text = variable(name)?.trim();
    if (text === undefined || text === "") return undefined;
    // curl and its heirs take `proxy.internal:3128` too.
    const whole = text.includes("://") ? text : `http://${text}`;
    return proxyOf(owner, `the environment's ${name.toUpperCase()}`, whole);
  };
  const proxies: Readonly<Record<string, HttpProxy | undefined>> = {
    "http:": named("http_proxy"),
    "https:": named("https_proxy"),
  };
  const exempt = exemption(variable("no_proxy") ?? "");
  // A proxy's localhost is never the one that is meant.
  return (url) => (isLoopback(url) || exempt(url) ? undefined : proxies[url.protocol]);
};

/**
 * What the `proxy` option becomes. The environment is read now, once, and by `"environment"` alone.
 *
 * @throws ConfigError that never repeats an address: it holds credentials.
 */
export const proxyOption = (owner: string, value: unknown): ProxyFor => {
  if (value === undefined) return () => undefined;
  if (value === "environment") return fromEnvironment(owner);
  const text = textOption(owner, "proxy", value instanceof URL ? value.href : value);
  const proxy = proxyOf(owner, '`proxy`, unless it is "environment",', text);
  return () => proxy;
};
