import type { Socket } from "node:net";
import { DeliveryError } from "@datasync-monitor/core";
import { Client } from "undici";

/** A refusal of the proxy's own. It knows nothing of the message, so it is never `payload`. */
const refusal = (status: number): DeliveryError => {
  const passes = status >= 500 || status === 408 || status === 429;
  const advice = status === 407 ? ": check the user name and password in `proxy`" : "";
  return new DeliveryError(
    passes ? "unavailable" : "config",
    `the proxy answered ${status} to CONNECT${advice}`,
  );
};

/**
 * Asks the proxy at the other end of `socket` to join it to `authority`, and gives what is then the
 * connection to the destination.
 *
 * @param authority - Host and port.
 */
export const tunnel = async (
  socket: Socket,
  authority: string,
  headers: Readonly<Record<string, string>>,
): Promise<Socket> => {
  const client = new Client(`http://${authority}`, {
    // Not at once: undici takes no connection before it has gone to wait for it.
    connect: (_, callback) => queueMicrotask(() => callback(null, socket)),
    headersTimeout: 0, // whoever waits has a deadline
    bodyTimeout: 0,
  });
  const answer = await client.connect({
    path: authority,
    headers: { host: authority, "proxy-connection": "keep-alive", ...headers },
  });
  if (answer.statusCode < 200 || answer.statusCode > 299) throw refusal(answer.statusCode);
  return socket;
};
