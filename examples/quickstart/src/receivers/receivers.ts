import type { Monitor } from "@datasync-monitor/core";
import { consoleReceiver } from "./console.ts";
import { emailReceiver } from "./email.ts";
import { feishuReceiver } from "./feishu.ts";
import { type Metrics, prometheusReceiver } from "./prometheus.ts";
import type { Environment, Receiver } from "./receiver.ts";
import { slackReceiver } from "./slack.ts";
import { webhookReceiver } from "./webhook.ts";

export interface Receivers {
  readonly all: readonly Receiver[];
  readonly metrics: Metrics;
  readonly register: (monitor: Monitor) => void;
  readonly close: () => Promise<void>;
}

/** All six, each with a stand-in unless the environment names the real one. */
export const openReceivers = async (
  env: Environment,
  say: (headline: string) => void,
): Promise<Receivers> => {
  const metrics = await prometheusReceiver();
  const all = [
    consoleReceiver(say),
    await webhookReceiver(env),
    await feishuReceiver(env),
    await slackReceiver(env),
    await emailReceiver(env),
    metrics,
  ];
  return {
    all,
    metrics,
    register(monitor) {
      for (const { notifier, options } of all) monitor.registerNotifier(notifier, options);
    },
    close: async () => {
      await Promise.all(all.map((receiver) => receiver.close()));
    },
  };
};
