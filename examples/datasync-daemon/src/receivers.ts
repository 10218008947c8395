import {
  ConfigError,
  type Monitor,
  type Notifier,
  type ReceiverOptions,
} from "@datasync-monitor/core";
import { type ConsoleStream, consoleNotifier } from "@datasync-monitor/notifier-console";
import { email } from "@datasync-monitor/notifier-email";
import { feishu } from "@datasync-monitor/notifier-feishu";
import { prometheus } from "@datasync-monitor/notifier-prometheus";
import { slack } from "@datasync-monitor/notifier-slack";
import { webhook } from "@datasync-monitor/notifier-webhook";
import type { Config } from "./config/config.ts";
import type { Environment } from "./config/load.ts";

interface Receiver {
  readonly notifier: Notifier;
  readonly options?: ReceiverOptions;
}

const needed = (env: Environment, name: string, because: string): string => {
  const value = env[name];
  if (value) return value;
  throw new ConfigError(name, `The environment sets ${because}, so it must set ${name} too.`);
};

/** Those whose variable is set, each with what it wants to hear. */
const configured = (env: Environment): readonly Receiver[] => [
  ...(env.WEBHOOK_URL
    ? [{ notifier: webhook({ url: env.WEBHOOK_URL, secret: env.WEBHOOK_SECRET || undefined }) }]
    : []),
  ...(env.FEISHU_WEBHOOK_URL
    ? [
        {
          notifier: feishu({
            webhookUrl: env.FEISHU_WEBHOOK_URL,
            secret: env.FEISHU_SECRET || undefined,
          }),
          // Ten leave room for every detail within the vendor's 20 kB.
          options: { batch: { maxSize: 10 } },
        },
      ]
    : []),
  ...(env.SLACK_WEBHOOK_URL
    ? [
        {
          notifier: slack({ webhookUrl: env.SLACK_WEBHOOK_URL }),
          options: { minLevel: "warning" as const },
        },
      ]
    : []),
  ...(env.SMTP_URL
    ? [
        {
          notifier: email({
            url: env.SMTP_URL,
            from: needed(env, "MAIL_FROM", "SMTP_URL"),
            to: needed(env, "MAIL_TO", "SMTP_URL").split(","),
          }),
          options: { types: ["*_failure", "cleanup_*", "migration_*", "*_warning"] },
        },
      ]
    : []),
];

export interface Receivers {
  /** In the order of their registration. */
  readonly names: readonly string[];
  /** Where Prometheus may scrape. */
  readonly metricsUrl: string;
}

export interface ReceiverSettings {
  readonly env: Environment;
  readonly metrics: Config["metrics"];
  /** Where the console's events go. Default: stdout. */
  readonly stream?: ConsoleStream | undefined;
}

/** Registers the console, what the environment names, and Prometheus. @throws ConfigError */
export const registerReceivers = async (
  monitor: Monitor,
  { env, metrics, stream }: ReceiverSettings,
): Promise<Receivers> => {
  const numbers = prometheus();
  const all: readonly Receiver[] = [
    { notifier: consoleNotifier({ stream }) },
    ...configured(env),
    { notifier: numbers },
  ];
  for (const { notifier, options } of all) monitor.registerNotifier(notifier, options);
  const { url } = await numbers.serve(metrics);
  return { names: all.map(({ notifier }) => notifier.id), metricsUrl: url };
};
