import { X509Certificate } from "node:crypto";
import { Socket } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { ConfigError, textOption } from "@datasync-monitor/core";
import { buildConnector } from "undici";

/**
 * What the `ca` option becomes.
 *
 * @throws ConfigError when it is no certificate; most often it is the path of one.
 */
export const trustOption = (owner: string, ca: unknown): SecureContext | undefined => {
  if (ca === undefined) return undefined;
  const pem = textOption(owner, "ca", ca);
  try {
    // createSecureContext alone takes damaged certificates and trusts nobody.
    new X509Certificate(pem);
    return createSecureContext({ ca: pem });
  } catch {
    throw new ConfigError(
      "ca",
      `${owner}: \`ca\` must be the text of a PEM certificate, not the path of its file.`,
    );
  }
};

export interface ConnectorOptions {
  readonly timeoutMs: number;
  readonly trust: SecureContext | undefined;
}

export interface Connector {
  readonly connect: buildConnector.connector;
  /** Ends every socket, those that still connect too: a pool that is destroyed forgets these. */
  destroy(): void;
}

const timedOut = (): Error => Object.assign(new Error(), { code: "CONNECT_TIMEOUT" });

/** undici's connector with a timeout that is exact, and a list of its sockets. */
export const countedConnector = ({ timeoutMs, trust }: ConnectorOptions): Connector => {
  const sockets = new Set<Socket>();
  const build = buildConnector({
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch it off.
    rejectUnauthorized: true,
    ...(trust && { secureContext: trust }),
    timeout: 0, // undici's own is up to a second late
  });
  return {
    connect(target, callback) {
      let timer: NodeJS.Timeout | undefined;
      // Its type says void; it returns the socket at once, connected or not.
      const socket: unknown = build(target, (...outcome) => {
        clearTimeout(timer);
        callback(...outcome);
      });
      if (!(socket instanceof Socket)) return;
      timer = setTimeout(() => socket.destroy(timedOut()), timeoutMs);
      sockets.add(socket);
      socket.once("close", () => {
        clearTimeout(timer);
        sockets.delete(socket);
      });
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
};
