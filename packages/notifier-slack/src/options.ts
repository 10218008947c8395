import { ConfigError, checkOptions, choiceOption, type Locale } from "@datasync-monitor/core";
import { urlOption } from "@datasync-monitor/http";

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

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

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
  if (url.protocol === "http:" && !loopback.test(url.hostname)) {
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

const zoneOption = (value: string | undefined): string | undefined => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return value;
  } catch {
    throw new ConfigError(
      "timeZone",
      `${owner}: \`timeZone\` must be an IANA name, such as "Asia/Shanghai".`,
    );
  }
};

export const settingsOf = (options: SlackOptions): Settings => {
  checkOptions(owner, options, ["webhookUrl", "locale", "timeZone"]);
  const { locale } = options;
  return {
    webhookUrl: webhookOption(options.webhookUrl),
    locale:
      locale === undefined
        ? undefined
        : choiceOption<Locale>(owner, "locale", locale, "en", ["en", "zh-CN"]),
    timeZone: zoneOption(options.timeZone),
  };
};
