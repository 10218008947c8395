import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { MonitorEvent } from "@datasync-monitor/core";
import { WebhookVerificationError } from "@datasync-monitor/notifier-webhook";
import { webhookReceiver } from "./receiver.ts";

export const newSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** The receiving server of this example, on a port of its own, with what it saw. */
export interface ReceivingServer {
  readonly url: string;
  readonly secret: string;
  readonly handled: readonly MonitorEvent[];
  readonly duplicates: readonly MonitorEvent[];
  /** The status of each request that was refused. */
  readonly refusals: readonly number[];
  readonly close: () => Promise<void>;
}

const wordFor = (reason: unknown): string =>
  WebhookVerificationError.is(reason) ? reason.code : String(reason);

/** Its first answer gets lost on the way, after the event was taken: so the sender sends it again. */
export const openReceivingServer = async (
  say: (text: string) => void,
): Promise<ReceivingServer> => {
  const secret = newSecret();
  const handled: MonitorEvent[] = [];
  const duplicates: MonitorEvent[] = [];
  const refusals: number[] = [];
  const receive = webhookReceiver({
    secret,
    handle: (event) => {
      handled.push(event);
    },
    onDuplicate(event) {
      duplicates.push(event);
      say(`drops ${event.event_type}: an event with this id came before`);
    },
    onRefusal(status, reason) {
      refusals.push(status);
      say(`refuses a request with ${status}: ${wordFor(reason)}`);
    },
  });

  let loses = true;
  const server = createServer({ requestTimeout: 10_000 }, async (request, response) => {
    if (!loses) return receive(request, response);
    loses = false;
    await receive(request, new ServerResponse(request)); // an answer that goes nowhere
    say(`takes ${handled[0]?.event_type}, and its answer gets lost`);
    request.socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    secret,
    handled,
    duplicates,
    refusals,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
};
