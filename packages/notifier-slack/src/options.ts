import {
  ConfigError,
  checkOptions,
  checkTimeZone,
  choiceOption,
  type Locale,
} from "@datasync-monitor/core";
import { isLoopback, urlOption } from "@datasync-monitor/http";

const owner = "slack()";

export interface SlackOptions {
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
}

/** The doors of Workflow Builder take other bodies and answer success to ours without posting it. */
const workflowDoor = /^\/(?:triggers|workflows)\//;

const webhookOption = (value: unknown): URL => {
  if (value === undefined) {
    throw new ConfigError(
      "webhookUrl",
      `${owner}: \`webhookUrl\` is missing. Set it to the incoming webhook of your Slack app; if it comes from an environment variable, that is not set.`,
    );
  }
  const url = urlOption(owner, "webhookUrl", value);
  if (url.protocol === "http:" && !isLoopback(url)) {
    throw new ConfigError(
      "webhookUrl",
      `${owner}: \`webhookUrl\` must start with https://: the URL is a secret.`,
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
  checkOptions(owner, options, ["webhookUrl", "locale", "timeZone"]);
  const { locale, timeZone } = options;
  return {
    webhookUrl: webhookOption(options.webhookUrl),
    locale:
      locale === undefined
        ? undefined
        : choiceOption<Locale>(owner, "locale", locale, "en", ["en", "zh-CN"]),
    timeZone: timeZone === undefined ? undefined : checkTimeZone(owner, timeZone),
  };
};
