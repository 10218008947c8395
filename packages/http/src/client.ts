import type { LookupFunction } from "node:net";
import { ConfigError, checkOptions, DeliveryError, numberOption } from "@datasync-monitor/core";
import { Pool } from "undici";
import manifest from "../package.json" with { type: "json" };
import type { Stop } from "./abort.ts";
import { connector } from "./connector.ts";
import { exchange, type HttpAnswer } from "./exchange.ts";
import { Flights } from "./flights.ts";
import { type GuardMode, guardOption } from "./guard.ts";
import { type HttpProxy, proxyOption } from "./proxy.ts";
import { tlsOptions } from "./tls.ts";

export interface HttpClientOptions {
  /** Connections to one origin; further requests wait for one. Default 8. */
  readonly connections?: number | undefined;
  /** For the name look-up, the connection, a proxy's part and the TLS handshake together. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Certificates to trust *instead of* the well-known ones, as PEM text; of an `https:` proxy too. */
  readonly ca?: string | undefined;
  /** The certificate to show to a destination that asks for one, as PEM text, its intermediates after it. */
  readonly cert?: string | undefined;
  /** The private key of `cert`, as PEM text. */
  readonly key?: string | undefined;
  /** Of an encrypted `key`. */
  readonly passphrase?: string | undefined;
  /**
   * The proxy to go by, `http:` or `https:`, with its credentials in the URL; or `"environment"`, for what
   * HTTP_PROXY, HTTPS_PROXY and NO_PROXY say when the client is made. Default none: the environment is not read.
   */
  readonly proxy?: "environment" | URL | (string & {}) | undefined;
  /**
   * Which addresses are refused, whenever a connection is made: `"standard"` (default) link-local ones and
   * those of cloud metadata, `"strict"` all that are not public, `"off"` none.
   */
  readonly guard?: GuardMode | undefined;
  /** What `guard` lets pass: host names, addresses, and ranges such as `"10.0.0.0/8"`. */
  readonly allow?: readonly string[] | undefined;
  /** Looks up host names, as `dns.lookup` does, which is the default. `guard` judges what it finds. */
  readonly lookup?: LookupFunction | undefined;
  /** How long `close()` lets requests under way finish. Default 1,000. */
  readonly drainMs?: number | undefined;
}

export interface PostRequest {
  /** `https:` or `http:`, without user name and password. */
  readonly url: URL;
  readonly body: string | Uint8Array;
  /** `user-agent` and `accept-encoding: identity` are sent unless you name your own. No `content-type` is assumed. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Ends the wait for a free connection, the connection, the request and the answer alike. There is no
   * other deadline. Give it all that `send()` was given, and no `AbortSignal` is made.
   */
  readonly signal: Stop;
  /** Default `"POST"`. */
  readonly method?: "POST" | "PUT" | "GET" | "HEAD" | "OPTIONS" | undefined;
}

export interface HttpClient {
  /**
   * Makes one attempt and resolves with whatever the server answered, 3xx to 5xx included: hand it to
   * `statusError`. Redirects are not followed.
   *
   * Rejects with a `DeliveryError` alone: `unavailable` when no connection came about, `config` when
   * TLS failed, `guard` or the proxy refused, or the request cannot be written, `ambiguous` when it failed after the request was
   * written, `aborted` when `signal` aborted, or the client was closed, before anything was written.
   * An answer whose body breaks off resolves, marked `truncated`: its status is known.
   */
  post(request: PostRequest): Promise<HttpAnswer>;
  /** Lets requests under way finish for `drainMs`, then ends every socket. A second call joins the first. */
  close(): Promise<void>;
}

/** Of an answer. */
const headerLimit = 16 * 1024;

const userAgent = `datasync-monitor/${manifest.version}`;

/** Names and values in turn, as undici takes them without another copy. */
class HeaderList {
  readonly list: string[] = ["user-agent", userAgent, "accept-encoding", "identity"];

  /** In place of what has the name by now. */
  set(name: string, value: string): void {
    const { list } = this;
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] !== name) continue;
      list[at + 1] = value;
      return;
    }
    list.push(name, value);
  }
}

type Headers = Readonly<Record<string, string>> | undefined;

const headersOf = (own: Headers, ofProxy: Headers): string[] => {
  const headers = new HeaderList();
  for (const name in own) headers.set(name.toLowerCase(), own[name] ?? "");
  for (const name in ofProxy) headers.set(name, ofProxy[name] ?? "");
  return headers.list;
};

/**
 * JavaScript hands over a form or an object, of which undici writes the beginning or nothing: that looks
 * like a connection that broke, and would be tried again.
 */
const checkBody = (body: unknown): void => {
  const isNothing = body === undefined || body === null;
  if (isNothing || typeof body === "string" || ArrayBuffer.isView(body)) return;
  throw new DeliveryError(
    "config",
    "the request cannot be written: its body is no string or bytes",
  );
};

const known: readonly (keyof HttpClientOptions)[] = [
  "connections",
  "connectTimeoutMs",
  "drainMs",
  "ca",
  "cert",
  "key",
  "passphrase",
  "proxy",
  "guard",
  "allow",
  "lookup",
];

const checked = (options: HttpClientOptions, owner: string) => {
  checkOptions(owner, options, known);
  const whole = (
    name: "connections" | "connectTimeoutMs" | "drainMs",
    usual: number,
    min: number,
  ) => numberOption(owner, name, options[name], usual, { min, max: 600_000, integer: true });
  return {
    connections: whole("connections", 8, 1),
    timeoutMs: whole("connectTimeoutMs", 10_000, 1),
    drainMs: whole("drainMs", 1_000, 0),
    tls: tlsOptions(owner, options),
    guard: guardOption(owner, options),
    proxyFor: proxyOption(owner, options.proxy),
  };
};

/** Bun puts a stand-in in undici's place: its pools take no requests, and every attempt would fail as `unknown`. */
const checkRuntime = (owner: string): void => {
  const { dispatch }: Partial<Pool> = Pool.prototype;
  if (dispatch !== undefined) return;
  throw new ConfigError(
    "undici",
    `${owner} sends by undici, which this runtime replaces with a stand-in that carries no requests. Run it on Node.`,
  );
};

/** What a request needs of its address, which is mostly the last one's. */
interface Target {
  readonly href: string;
  readonly pool: Pool;
  readonly path: string;
  readonly proxyHeaders: Readonly<Record<string, string>> | undefined;
}

/**
 * Posts to one destination over a few kept-alive connections of its own; reads no global dispatcher, and
 * the environment only where `proxy` says so. Keeps a pool for each origin it is given.
 *
 * @param owner - Whom a ConfigError names: your own factory, where its options become these.
 * @throws ConfigError
 */
export const httpClient = (options: HttpClientOptions = {}, owner = "httpClient()"): HttpClient => {
  checkRuntime(owner);
  const { connections, drainMs, proxyFor, ...connection } = checked(options, owner);
  const connect = connector(connection);
  const pools = new Map<string, Pool>();
  const flights = new Flights();
  let closing: Promise<void> | undefined;

  let latest: Target | undefined;

  const poolOf = (origin: string, proxy: HttpProxy | undefined): Pool => {
    const made = pools.get(origin);
    if (made !== undefined) return made;
    const pool = new Pool(origin, {
      connections,
      connect: connect.via(proxy),
      maxHeaderSize: headerLimit,
      headersTimeout: 0, // whoever waits has a deadline, and it may be later than undici's 5 minutes
      bodyTimeout: 0,
    });
    pools.set(origin, pool);
    return pool;
  };

  const targetOf = (url: URL): Target => {
    if (latest !== undefined && latest.href === url.href) return latest;
    if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
      throw new DeliveryError(
        "config",
        "the address must be a `URL` of http or https, without credentials",
      );
    }
    const proxy = proxyFor(url);
    // Through a tunnel a proxy sees nothing; of plain HTTP it is asked with the whole address.
    const asked = url.protocol === "http:" ? proxy : undefined;
    latest = {
      href: url.href,
      pool: poolOf(url.origin, proxy),
      path: (asked ? url.origin : "") + url.pathname + url.search,
      proxyHeaders: asked?.headers,
    };
    return latest;
  };

  const close = async () => {
    await flights.landed(drainMs);
    const destroyed = [...pools.values()].map((pool) => pool.destroy());
    connect.destroy();
    await Promise.all(destroyed);
  };

  return {
    post: ({ url, body, headers, signal, method = "POST" }) =>
      new Promise((resolve, reject) => {
        if (closing !== undefined) throw new DeliveryError("aborted", "the HTTP client is closed");
        const { pool, path, proxyHeaders } = targetOf(url);
        checkBody(body);
        const sent = headersOf(headers, proxyHeaders);
        const waiter = { stop: signal, resolve, reject, flights };
        exchange(pool, { path, method, headers: sent, body }, waiter);
      }),
    close() {
      closing ??= close();
      return closing;
    },
  };
};
