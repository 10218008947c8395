import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { MonitorEvent } from "@datasync-monitor/core";
import { sampleEvent } from "@datasync-monitor/testkit";
import { onTestFinished } from "vitest";
import { type WebhookReceiverOptions, webhookReceiver } from "../../src/receiver.ts";

/** Secrets of 24 bytes, each of one letter. */
export const secretOf = (letter: string): string =>
  `whsec_${Buffer.from(letter.repeat(24)).toString("base64")}`;

export const eventOf = (id: string): MonitorEvent => sampleEvent({ id, message: `event ${id}` });

export interface Sent {
  readonly body: string;
  readonly secret?: string;
  readonly webhookId?: string;
  /** Unix seconds. Default: now. */
  readonly timestamp?: number;
}

/** The headers that sign a body, made without the code under test. */
export const signed = ({ body, ...others }: Sent): Record<string, string> => {
  const { secret = secretOf("a"), webhookId = "msg_1" } = others;
  const timestamp = others.timestamp ?? Math.floor(Date.now() / 1_000);
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const mac = createHmac("sha256", key).update(`${webhookId}.${timestamp}.${body}`);
  return {
    "content-type": "application/json",
    "webhook-id": webhookId,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${mac.digest("base64")}`,
  };
};

/** A receiver at work, and what it told of itself. */
export const rig = async (options: Partial<WebhookReceiverOptions> = {}) => {
  const handled: MonitorEvent[] = [];
  const duplicates: MonitorEvent[] = [];
  const refusals: { readonly status: number; readonly reason: unknown }[] = [];
  const receive = webhookReceiver({
    secret: secretOf("a"),
    handle: (event) => {
      handled.push(event);
    },
    onDuplicate: (event) => duplicates.push(event),
    onRefusal: (status, reason) => refusals.push({ status, reason }),
    ...options,
  });
  let whole = 0;
  const server = createServer((request, response) => {
    request.on("end", () => {
      whole += 1;
    });
    return receive(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/hook`;
  const post = async (sent: Sent): Promise<number> => {
    const { body } = sent;
    return (await fetch(url, { method: "POST", headers: signed(sent), body })).status;
  };
  return {
    url,
    port,
    handled,
    duplicates,
    refusals,
    post,
    /** One event as `webhook()` sends it, and the status of the answer. */
    send: (event: MonitorEvent, sent: Omit<Sent, "body"> = {}) =>
      post({ ...sent, body: JSON.stringify(event) }),
    /** How many requests have arrived to their end. */
    arrived: () => whole,
    ids: () => handled.map(({ id }) => id),
  };
};
