import { feishu } from "@datasync-monitor/notifier-feishu";
import { feishuStandIn } from "@datasync-monitor/testkit";
import type { Arrived, Environment, Receiver } from "./receiver.ts";

interface CardMessage {
  readonly card?: { readonly elements?: readonly unknown[] };
}

/** A digest shows each event as one element of the card. */
const arrived = (message: unknown): Arrived => ({
  shown: JSON.stringify(message, (key, value) => (key === "sign" ? "(left out)" : value), 2),
  parts: ((message as CardMessage).card?.elements ?? []).map((part) => JSON.stringify(part)),
});

/** Cards in Chinese, of everything but health checks. The stand-in checks signature and rates as the vendor does. */
export const feishuReceiver = async (env: Environment): Promise<Receiver> => {
  const real = env.FEISHU_WEBHOOK_URL !== undefined;
  const secret = real ? env.FEISHU_SECRET : "quickstart-signing-secret";
  const standIn = real ? undefined : await feishuStandIn({ secret, rates: true });
  return {
    notifier: feishu({ webhookUrl: standIn?.url ?? env.FEISHU_WEBHOOK_URL, secret }),
    // Ten events leave room for every detail within the vendor's 20 kB.
    options: { types: ["sync_*", "cleanup_*", "migration_*", "*_warning"], batch: { maxSize: 10 } },
    standIn,
    standInEnv: { FEISHU_WEBHOOK_URL: standIn?.url, FEISHU_SECRET: secret },
    limitRate: () => standIn?.meet("rate-limited", { times: 1 }),
    arrived: standIn && (() => standIn.messages().map(arrived)),
    close: async () => standIn?.close(),
  };
};
