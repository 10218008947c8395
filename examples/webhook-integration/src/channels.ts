import type { MonitorEvent, Notifier, ReceiverOptions } from "@datasync-monitor/core";
import { consoleNotifier } from "@datasync-monitor/notifier-console";
import { email } from "@datasync-monitor/notifier-email";
import { feishu } from "@datasync-monitor/notifier-feishu";
import { prometheus } from "@datasync-monitor/notifier-prometheus";
import { slack } from "@datasync-monitor/notifier-slack";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { feishuStandIn, slackStandIn, smtpStandIn } from "@datasync-monitor/testkit";
import type { ReceivingServer } from "./server.ts";
import type { ChannelName } from "./story.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Channel {
  readonly name: ChannelName;
  readonly notifier: Notifier;
  /** Which events it wants. */
  readonly options: ReceiverOptions;
  /** How often an event arrived; undefined: at the real vendor, where nobody here can look. */
  readonly timesArrived: ((event: MonitorEvent) => number | Promise<number>) | undefined;
  readonly close: () => Promise<void>;
}

/** Letters and digits alone, whatever a vendor's markup did to the rest. */
const bare = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&\w+;/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "");

/** In how many of the messages an event is told. */
const timesIn = (messages: readonly unknown[], { message }: MonitorEvent): number =>
  messages.filter((one) => bare(JSON.stringify(one)).includes(bare(message))).length;

const nothing = async (): Promise<void> => {};

/** On stdout, and kept to be looked at. */
const consoleChannel = (): Channel => {
  const printed: string[] = [];
  const stream = {
    isTTY: process.stdout.isTTY,
    write(text: string, done: (error?: Error | null) => void) {
      printed.push(text);
      return process.stdout.write(text, done);
    },
  };
  return {
    name: "console",
    notifier: consoleNotifier({ stream, format: "pretty" }),
    options: {},
    timesArrived: (event) => timesIn(printed, event),
    close: nothing,
  };
};

/** Every event, signed, to the server of this example or to yours. */
const webhookChannel = (env: Environment, server: ReceivingServer | undefined): Channel => ({
  name: "webhook",
  notifier: webhook({
    url: server?.url ?? env.WEBHOOK_URL,
    secret: server?.secret ?? env.WEBHOOK_SECRET,
  }),
  options: {},
  timesArrived: server && (({ id }) => server.handled.filter((event) => event.id === id).length),
  close: nothing,
});

/** Cards for the group that runs the service. */
const feishuChannel = async (env: Environment): Promise<Channel> => {
  const real = env.FEISHU_WEBHOOK_URL !== undefined;
  const secret = real ? env.FEISHU_SECRET : "example-signing-secret";
  const standIn = real ? undefined : await feishuStandIn({ secret });
  return {
    name: "feishu",
    notifier: feishu({
      webhookUrl: standIn?.url ?? env.FEISHU_WEBHOOK_URL,
      secret,
      locale: "zh-CN",
    }),
    options: { types: ["sync_*", "cleanup_*", "migration_*", "*_warning"] },
    timesArrived: standIn && ((event) => timesIn(standIn.messages(), event)),
    close: async () => standIn?.close(),
  };
};

/** What somebody should look at. */
const slackChannel = async (env: Environment): Promise<Channel> => {
  const standIn = env.SLACK_WEBHOOK_URL === undefined ? await slackStandIn() : undefined;
  return {
    name: "slack",
    notifier: slack({ webhookUrl: standIn?.url ?? env.SLACK_WEBHOOK_URL }),
    options: { minLevel: "warning" },
    timesArrived: standIn && ((event) => timesIn(standIn.messages(), event)),
    close: async () => standIn?.close(),
  };
};

/** What somebody has to do something about. */
const emailChannel = async (env: Environment): Promise<Channel> => {
  const standIn = env.SMTP_URL === undefined ? await smtpStandIn() : undefined;
  return {
    name: "email",
    notifier: email({
      url: standIn?.url ?? env.SMTP_URL,
      from: standIn ? "DataSync <datasync@example.com>" : env.MAIL_FROM,
      to: standIn ? "oncall@example.com" : env.MAIL_TO?.split(","),
    }),
    options: { types: ["*_failure", "storage_warning"] },
    timesArrived:
      standIn &&
      ((event) =>
        timesIn(
          standIn.mails().map(({ text }) => text),
          event,
        )),
    close: async () => standIn?.close(),
  };
};

/** Counts, for a Prometheus server to scrape. */
const prometheusChannel = async (): Promise<Channel> => {
  const notifier = prometheus();
  const server = await notifier.serve({ port: 0 });
  return {
    name: "prometheus",
    notifier,
    options: {},
    async timesArrived({ event_type, level }) {
      const scraped = await (await fetch(server.url)).text();
      const line = `datasync_monitor_events_total{type="${event_type}",level="${level}"} `;
      const found = scraped.split("\n").find((one) => one.startsWith(line));
      return Number(found?.slice(line.length) ?? 0);
    },
    close: () => server.close(),
  };
};

/** All six, each with a stand-in on this machine unless the environment names the real one. */
export const openChannels = async (
  env: Environment,
  server: ReceivingServer | undefined,
): Promise<readonly Channel[]> => [
  consoleChannel(),
  webhookChannel(env, server),
  await feishuChannel(env),
  await slackChannel(env),
  await emailChannel(env),
  await prometheusChannel(),
];
