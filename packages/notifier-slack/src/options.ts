import {
  ConfigError,
  checkOptions,
  checkTimeZone,
  choiceOption,
  type Locale,
} from "@datasync-monitor/core";
import { type HttpClientOptions, isLoopback, urlOption } from "@datasync-monitor/http";

export const owner = "slack()";

/** How Slack is reached, as the HTTP client has it. */
type ConnectionOptions = Pick<HttpClientOptions, "ca" | "proxy">;

export interface SlackOptions extends ConnectionOptions {
  /**
   * The incoming webhook, `https://hooks.slack.com/services/…`. A secret: whoever holds it can post.
   * Must be https, except on this machine. May be undefined so that `process.env.X` compiles; that is
   * a `ConfigError`.
   */
  readonly webhookUrl: string | undefined;
  /** Language of titles and labels. Default: the monitor's. */
  readonly locale?: Locale | undefined;
  /** An IANA name: `"Asia/Shanghai"`. Default: the monitor's. */
  readonly timeZone?: string | undefined;
}

interface Settings {
  readonly webhookUrl: URL;
  readonly locale: Locale | undefined;
  readonly timeZone: string | undefined;
  readonly client: HttpClientOptions;
}

/** The doors of Workflow Builder take other bodies and answer success to ours without posting it. */
const workflowDoor = /^\/(?:triggers|workflows)\//;

/** Their bots answer with HTTP 200 whatever they get, and would be tried again and again. */
const otherVendors: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)(?:feishu\.cn|larksuite\.com)$/, "Feishu's or Lark's"],
  [/(?:^|\.)dingtalk\.com$/, "DingTalk's"],
  [/^qyapi\.weixin\.qq\.com$/, "WeCom's"],
];

/** Whether what is posted can be read by this machine alone. */
const staysHere = (url: URL, proxy: SlackOptions["proxy"]): boolean =>
  isLoopback(url) && (proxy === undefined || proxy === "environment");

const webhookOption = (value: unknown, proxy: SlackOptions["proxy"]): URL => {
  if (value === undefined) {
    throw new ConfigError(
      "webhookUrl",
      `${owner}: \`webhookUrl\` is missing. Set it to the incoming webhook of your Slack app; if it comes from an environment variable, that is not set.`,
    );
  }
  const url = urlOption(owner, "webhookUrl", value);
  if (url.protocol === "http:" && !staysHere(url, proxy)) {
    throw new ConfigError(
      "webhookUrl",
      `${owner}: \`webhookUrl\` must start with https://: the URL is a secret. http:// is for this machine alone, without a \`proxy\`.`,
    );
  }
  const whose = otherVendors.find(([host]) => host.test(url.hostname))?.[1];
  if (whose !== undefined) {
    throw new ConfigError(
      "webhookUrl",
      `${owner}: \`webhookUrl\` is an address of ${whose}, and Slack's is https://hooks.slack.com/services/…. Are two variables mixed up?`,
    );
  }
  if (workflowDoor.test(url.pathname)) {
    throw new ConfigError(
      "webhookUrl",
      `${owner}: \`webhookUrl\` is a Workflow Builder trigger. Create an incoming webhook: its path starts with /services/.`,
    );
  }
  return url;
};

/** @throws ConfigError naming the option that is missing or wrong. */
export const readOptions = (options: SlackOptions): Settings => {
  checkOptions(owner, options, ["webhookUrl", "locale", "timeZone", "ca", "proxy"]);
  const { locale, timeZone, ca, proxy } = options;
  return {
    webhookUrl: webhookOption(options.webhookUrl, proxy),
    locale:
      locale === undefined
        ? undefined
        : choiceOption<Locale>(owner, "locale", locale, "en", ["en", "zh-CN"]),
    timeZone: timeZone === undefined ? undefined : checkTimeZone(owner, timeZone),
    client: { ca, proxy },
  };
};
