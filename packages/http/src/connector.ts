import { Socket } from "node:net";
import { buildConnector } from "undici";
import { failureOf } from "./failure.ts";
import type { Guard } from "./guard.ts";
import type { HttpProxy } from "./proxy.ts";
import type { TlsContexts } from "./tls.ts";
import { tunnel } from "./tunnel.ts";

export interface ConnectorOptions {
  readonly timeoutMs: number;
  readonly tls: TlsContexts;
  readonly guard: Guard;
}

export interface Connector {
  /** How a pool connects to its origin: by `proxy`, or straight. */
  via(proxy: HttpProxy | undefined): buildConnector.connector;
  /** Gives up every connection that is being made: a pool that is destroyed forgets these. */
  destroy(): void;
}

const failure = (code: string): Error => Object.assign(new Error(), { code });

/** Ends with the signal, and rejects in the turn in which it aborts. */
const dial = (
  build: buildConnector.connector,
  target: buildConnector.Options,
  signal: AbortSignal,
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Its type says void; it returns the socket at once, connected or not.
    const opened: unknown = build(target, (error, socket) => {
      if (error !== null) return reject(error);
      // Node tells a TLS alert and lets the socket be; the end that follows would hide the reason.
      socket.once("error", (reason) => socket.destroy(reason));
      resolve(socket);
    });
    signal.addEventListener("abort", () => {
      if (opened instanceof Socket) opened.destroy();
      reject(signal.reason);
    });
  });

/** `host` has the port where it is not the usual one. */
const authorityOf = ({ host, hostname, port }: buildConnector.Options): string =>
  port ? (host ?? hostname) : `${host ?? hostname}:443`;

/**
 * Makes connections: guarded, by a proxy or straight, all of it within one timeout that is exact, as
 * undici's own is not.
 */
export const connector = ({ timeoutMs, tls, guard }: ConnectorOptions): Connector => {
  const attempts = new Set<AbortController>();
  // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch it off.
  const common = { rejectUnauthorized: true, timeout: 0 };
  const toDestination = buildConnector({
    ...common,
    lookup: guard.lookup,
    ...(tls.destination && { secureContext: tls.destination }),
  });
  const toProxy = buildConnector({
    ...common,
    lookup: guard.resolve,
    ...(tls.proxy && { secureContext: tls.proxy }),
  });

  const straight = async (target: buildConnector.Options, signal: AbortSignal) => {
    guard.checkLiteral(target.hostname);
    return dial(toDestination, target, signal);
  };

  const byProxy = async (proxy: HttpProxy, target: buildConnector.Options, signal: AbortSignal) => {
    await guard.inspect(target.hostname);
    const { protocol, host, hostname, port } = proxy;
    const reachProxy = async () => {
      const socket = await dial(toProxy, { protocol, host, hostname, port }, signal);
      // Plain HTTP is asked of the proxy itself, request by request.
      if (target.protocol === "http:") return socket;
      return tunnel(socket, authorityOf(target), proxy.headers);
    };
    const socket = await reachProxy().catch((error: unknown) => {
      throw failureOf(error, false, "the proxy");
    });
    if (target.protocol === "http:") return socket;
    return dial(toDestination, { ...target, httpSocket: socket }, signal);
  };

  return {
    via: (proxy) => (target, callback) => {
      const attempt = new AbortController();
      const { signal } = attempt;
      const timer = setTimeout(() => attempt.abort(failure("CONNECT_TIMEOUT")), timeoutMs);
      attempts.add(attempt);
      const done = () => {
        clearTimeout(timer);
        attempts.delete(attempt);
      };
      const socket =
        proxy === undefined ? straight(target, signal) : byProxy(proxy, target, signal);
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      Promise.race([socket, aborted]).then(
        (connected) => {
          done();
          callback(null, connected);
        },
        (error: Error) => {
          done();
          attempt.abort(); // ends what was opened on the way
          callback(error, null);
        },
      );
    },
    destroy() {
      for (const attempt of attempts) attempt.abort(failure("UND_ERR_DESTROYED"));
    },
  };
};
