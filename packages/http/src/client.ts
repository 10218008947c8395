import { checkOptions, DeliveryError, numberOption } from "@datasync-monitor/core";
import { Pool } from "undici";
import manifest from "../package.json" with { type: "json" };
import { countedConnector, trustOption } from "./connector.ts";
import { exchange, type HttpAnswer } from "./exchange.ts";

export interface HttpClientOptions {
  /** Connections to one origin; further requests wait for one. Default 8. */
  readonly connections?: number | undefined;
  /** For the name look-up, the connection and the TLS handshake together. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Certificates to trust *instead of* the well-known ones, as PEM text. */
  readonly ca?: string | undefined;
  /** How long `close()` lets requests under way finish. Default 1,000. */
  readonly drainMs?: number | undefined;
}

export interface PostRequest {
  /** `https:` or `http:`, without user name and password. */
  readonly url: URL;
  readonly body: string | Uint8Array;
  /** `user-agent` and `accept-encoding: identity` are sent unless you name your own. No `content-type` is assumed. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Ends the wait for a free connection, the connection, the request and the answer alike. There is no other deadline. */
  readonly signal: AbortSignal;
  /** Default `"POST"`. */
  readonly method?: "POST" | "PUT" | "GET" | "HEAD" | "OPTIONS" | undefined;
}

export interface HttpClient {
  /**
   * Makes one attempt and resolves with whatever the server answered, 3xx to 5xx included: hand it to
   * `statusError`. Redirects are not followed.
   *
   * Rejects with a `DeliveryError` alone: `unavailable` when no connection came about, `config` when
   * TLS failed or the request cannot be written, `ambiguous` when it failed after the request was
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

const headersOf = (own: Readonly<Record<string, string>> | undefined): Record<string, string> => {
  const headers: Record<string, string> = {
    "user-agent": userAgent,
    "accept-encoding": "identity",
  };
  for (const [name, value] of Object.entries(own ?? {})) headers[name.toLowerCase()] = value;
  return headers;
};

const checked = (options: HttpClientOptions, owner: string) => {
  checkOptions(owner, options, ["connections", "connectTimeoutMs", "ca", "drainMs"]);
  const whole = (
    name: "connections" | "connectTimeoutMs" | "drainMs",
    usual: number,
    min: number,
  ) => numberOption(owner, name, options[name], usual, { min, max: 600_000, integer: true });
  return {
    connections: whole("connections", 8, 1),
    timeoutMs: whole("connectTimeoutMs", 10_000, 1),
    drainMs: whole("drainMs", 1_000, 0),
    trust: trustOption(owner, options.ca),
  };
};

/** Resolves when all of `flights` have settled, or after `ms`. */
const settledWithin = async (flights: Iterable<Promise<unknown>>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.allSettled(flights), bound]);
  clearTimeout(timer);
};

/**
 * Posts to one destination over a few kept-alive connections of its own; reads no proxy variables and
 * no global dispatcher. Keeps a pool for each origin it is given.
 *
 * @param owner - Whom a ConfigError names: your own factory, where its options become these.
 * @throws ConfigError
 */
export const httpClient = (options: HttpClientOptions = {}, owner = "httpClient()"): HttpClient => {
  const { connections, drainMs, ...connection } = checked(options, owner);
  const connector = countedConnector(connection);
  const pools = new Map<string, Pool>();
  const flights = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const { connect } = connector;
    const pool = new Pool(origin, { connections, connect, maxHeaderSize: headerLimit });
    pools.set(origin, pool);
    return pool;
  };

  const close = async () => {
    await settledWithin(flights, drainMs);
    const destroyed = [...pools.values()].map((pool) => pool.destroy());
    connector.destroy();
    await Promise.all(destroyed);
  };

  return {
    async post({ url, body, headers, signal, method = "POST" }) {
      if (closing !== undefined) throw new DeliveryError("aborted", "the HTTP client is closed");
      if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
        throw new DeliveryError("config", "the address must be http or https, without credentials");
      }
      const flight = exchange(
        poolOf(url.origin),
        { path: url.pathname + url.search, method, headers: headersOf(headers), body },
        signal,
      );
      flights.add(flight);
      try {
        return await flight;
      } finally {
        flights.delete(flight);
      }
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
};
