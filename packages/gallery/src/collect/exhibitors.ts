import type { Locale } from "@datasync-monitor/core";
import { consoleNotifier } from "@datasync-monitor/notifier-console";
import { email } from "@datasync-monitor/notifier-email";
import { type FeishuOptions, feishu } from "@datasync-monitor/notifier-feishu";
import { prometheus } from "@datasync-monitor/notifier-prometheus";
import { slack } from "@datasync-monitor/notifier-slack";
import { type WebhookOptions, webhook } from "@datasync-monitor/notifier-webhook";
import { feishuStandIn, hostileHttp, slackStandIn, smtpStandIn } from "@datasync-monitor/testkit";
import { probed } from "../samples/probes.ts";
import { counted, digests, matrix, type Sample } from "../samples/samples.ts";
import { bothLocales, type Exhibitor, taking } from "./stall.ts";

const all = (locale: Locale): readonly Sample[] => [
  ...matrix(locale),
  ...digests(locale),
  ...probed[locale],
];

/** For a form that wraps another, which the whole matrix is shown in. */
const failures = (locale: Locale): readonly Sample[] =>
  matrix(locale).filter(({ type }) => type === "sync_failure");

const terminal = (format: "pretty" | "json"): Exhibitor => ({
  name: format === "pretty" ? "console" : "console-json",
  locales: format === "pretty" ? bothLocales : ["zh-CN"],
  samples: all,
  async open() {
    const written: string[] = [];
    const stream = {
      isTTY: true,
      write(text: string, done: () => void) {
        written.push(text);
        done();
      },
    };
    return {
      notifier: consoleNotifier({ stream, format, color: true }),
      take: taking(
        () => written,
        (text) => ({ kind: "terminal", text }),
      ),
      close: async () => {},
    };
  },
});

const feishuGroup = (
  name: string,
  options: Pick<FeishuOptions, "format" | "cardSchema">,
): Exhibitor => ({
  name,
  locales: bothLocales,
  samples: all,
  async open(locale) {
    const standIn = await feishuStandIn();
    return {
      notifier: feishu({ webhookUrl: standIn.url, locale, ...options }),
      take: taking(standIn.messages, (message) => ({ kind: "feishu", message })),
      close: standIn.close,
    };
  },
});

const slackChannel: Exhibitor = {
  name: "slack",
  locales: bothLocales,
  samples: all,
  async open() {
    const standIn = await slackStandIn();
    return {
      notifier: slack({ webhookUrl: standIn.url }),
      take: taking(standIn.messages, (message) => ({ kind: "slack", message })),
      close: standIn.close,
    };
  },
};

const mailbox: Exhibitor = {
  name: "email",
  locales: bothLocales,
  samples: all,
  async open() {
    const standIn = await smtpStandIn();
    return {
      notifier: email({
        url: standIn.url,
        from: "DataSync <datasync@example.com>",
        to: "oncall@example.com",
      }),
      take: taking(standIn.mails, (mail) => ({ kind: "mail", mail })),
      close: standIn.close,
    };
  },
};

const endpoint = (
  name: string,
  samples: Exhibitor["samples"],
  options: Omit<WebhookOptions, "url">,
): Exhibitor => ({
  name,
  locales: ["zh-CN"],
  samples,
  async open() {
    const standIn = await hostileHttp();
    return {
      notifier: webhook({ url: standIn.url, ...options }),
      take: taking(standIn.accepted, (request) => ({ kind: "request", request })),
      close: standIn.close,
    };
  },
});

/** Keeps counts and no events, so it is shown once, after the whole matrix. */
const scraped: Exhibitor = {
  name: "prometheus",
  locales: ["en"],
  samples: (locale) => [counted(locale)],
  async open() {
    const notifier = prometheus();
    const server = await notifier.serve({ port: 0 });
    return {
      notifier,
      take: async () => [{ kind: "scrape", text: await (await fetch(server.url)).text() }],
      close: async () => {},
    };
  },
};

/** Every notifier in every form that a person or a program reads. */
export const exhibitors: readonly Exhibitor[] = [
  feishuGroup("feishu-card", {}),
  feishuGroup("feishu-card-2", { cardSchema: "2.0" }),
  feishuGroup("feishu-post", { format: "post" }),
  feishuGroup("feishu-text", { format: "text" }),
  slackChannel,
  mailbox,
  terminal("pretty"),
  terminal("json"),
  endpoint("webhook", matrix, {}),
  endpoint("webhook-array", digests, { body: "array" }),
  endpoint("cloudevents-structured", failures, { format: "cloudevents-structured" }),
  endpoint("cloudevents-binary", failures, { format: "cloudevents-binary" }),
  endpoint("cloudevents-batch", digests, { format: "cloudevents-batch" }),
  scraped,
];
