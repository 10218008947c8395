import type { Monitor } from "@datasync-monitor/core";
import { consoleReceiver, type Screen } from "./console.ts";
import { emailReceiver } from "./email.ts";
import { feishuReceiver } from "./feishu.ts";
import { type Metrics, prometheusReceiver } from "./prometheus.ts";
import type { Environment, Receiver } from "./receiver.ts";
import { slackReceiver } from "./slack.ts";
import { webhookReceiver } from "./webhook.ts";

export interface Receivers {
  readonly all: readonly Receiver[];
  readonly metrics: Metrics;
  /** The variables that name the stand-ins to another process. */
  readonly standInEnv: Environment;
  readonly register: (monitor: Monitor) => void;
  readonly close: () => Promise<void>;
}

/** All six, each with a stand-in unless the environment names the real one. */
export const openReceivers = async (env: Environment, screen: Screen): Promise<Receivers> => {
  const metrics = await prometheusReceiver();
  const all = [
    consoleReceiver(screen),
    await webhookReceiver(env),
    await feishuReceiver(env),
    await slackReceiver(env),
    await emailReceiver(env),
    metrics,
  ];
  return {
    all,
    metrics,
    standInEnv: Object.fromEntries(all.flatMap(({ standInEnv }) => Object.entries(standInEnv))),
    register(monitor) {
      for (const { notifier, options } of all) monitor.registerNotifier(notifier, options);
    },
    close: async () => {
      await Promise.all(all.map((receiver) => receiver.close()));
    },
  };
};
