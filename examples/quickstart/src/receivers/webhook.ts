import { randomBytes } from "node:crypto";
import { verifyWebhook, webhook } from "@datasync-monitor/notifier-webhook";
import { hostileHttp } from "@datasync-monitor/testkit";
import type { Environment, Receiver } from "./receiver.ts";

const headerLines = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${name === "webhook-signature" ? "v1,(left out)" : value}`)
    .join("\n");

/** Signed JSON, of every event. What arrives counts only when its signature is right. */
export const webhookReceiver = async (env: Environment): Promise<Receiver> => {
  const standIn = env.WEBHOOK_URL === undefined ? await hostileHttp() : undefined;
  const secret =
    standIn === undefined ? env.WEBHOOK_SECRET : `whsec_${randomBytes(32).toString("base64")}`;
  return {
    notifier: webhook({ url: standIn?.url ?? env.WEBHOOK_URL, secret }),
    options: {},
    standIn,
    standInEnv: { WEBHOOK_URL: standIn?.url, WEBHOOK_SECRET: secret },
    arrived:
      standIn &&
      (() =>
        standIn.accepted().map(({ headers, body }) => {
          const [event] = verifyWebhook({ headers, body, secret });
          const text = JSON.stringify(event, null, 2);
          return { shown: `${headerLines(headers)}\n\n${text}`, parts: [text] };
        })),
    close: async () => standIn?.close(),
  };
};
