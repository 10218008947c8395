import {
  ConfigError,
  checkOptions,
  checkTimeZone,
  choiceOption,
  flagOption,
  type Locale,
  textOption,
} from "@datasync-monitor/core";
import { type HttpClientOptions, isLoopback, urlOption } from "@datasync-monitor/http";
import type { FeishuCardSchema, FeishuFormat } from "./format.ts";
import type { Look } from "./story.ts";

/** How the bot is reached, as the HTTP client has it. */
type ConnectionOptions = Pick<HttpClientOptions, "ca" | "proxy">;

export interface FeishuOptions extends ConnectionOptions {
  /**
   * Secret. The address in the bot's settings, `https://open.feishu.cn/open-apis/bot/v2/hook/…` or
   * `https://open.larksuite.com/…`. Another https host is taken for a gateway; http only on loopback.
   */
  readonly webhookUrl: string | URL | undefined;
  /** Secret. Where the bot's settings ask for a signature. */
  readonly secret?: string | undefined;
  /** One of the bot's keywords, put in front of a message that lacks it. At most 100 characters. */
  readonly keyword?: string | undefined;
  /** Default `"card"`. A card that the bot refuses is sent again as `post`, then as `text`. */
  readonly format?: FeishuFormat | undefined;
  /**
   * The structure of a card. Default `"1.0"`, which every client shows. `"2.0"`: a preview in the list of
   * chats and a layout for phones; clients before 7.20 show its title alone.
   */
  readonly cardSchema?: FeishuCardSchema | undefined;
  /** Default `"zh-CN"`, whatever the monitor's. */
  readonly locale?: Locale | undefined;
  /** An IANA name, such as `"Asia/Shanghai"`. Default the monitor's. The `text` form gives UTC, as the event does. */
  readonly timeZone?: string | undefined;
  /** Mentions everyone in the group with each message. Default false; left out where only an administrator may. */
  readonly mentionAll?: boolean | undefined;
  /** The open_ids (`ou_…`) or user_ids to mention with each message, at most 20. A custom bot knows nobody by e-mail. */
  readonly mentions?: readonly string[] | undefined;
  /** Connections kept to the bot. Default 8; no more are used than the receiver's `concurrency`. */
  readonly connections?: number | undefined;
}

/** The options, checked and completed. */
export interface Settings {
  readonly url: URL;
  readonly secret: string | undefined;
  readonly format: FeishuFormat;
  readonly look: Look;
  readonly client: HttpClientOptions;
}

export const owner = "feishu()";

const known = [
  ...["webhookUrl", "secret", "keyword", "format", "cardSchema"],
  ...["locale", "timeZone", "mentionAll", "mentions", "connections", "ca", "proxy"],
] as const satisfies readonly (keyof FeishuOptions)[];

const vendorHosts = ["open.feishu.cn", "open.larksuite.com"];
/** They would refuse each message as if that were wrong, and events would be given up. */
const otherVendors: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)slack\.com$/, "Slack's"],
  [/(?:^|\.)dingtalk\.com$/, "DingTalk's"],
  [/^qyapi\.weixin\.qq\.com$/, "WeCom's"],
  [/(?:^|\.)discord(?:app)?\.com$/, "Discord's"],
  [/\.webhook\.office\.com$/, "Microsoft Teams'"],
  [/^api\.telegram\.org$/, "Telegram's"],
];
const hookPath = /^\/open-apis\/bot\/v2\/hook\/[^/]+\/?$/;

/** Whether what is posted can be read by this machine alone. */
const staysHere = (url: URL, proxy: FeishuOptions["proxy"]): boolean =>
  isLoopback(url) && (proxy === undefined || proxy === "environment");

const readUrl = (value: unknown, proxy: FeishuOptions["proxy"]): URL => {
  const fail = (must: string): never => {
    throw new ConfigError("webhookUrl", `${owner}: \`webhookUrl\` ${must}`);
  };
  if (value === undefined) {
    fail("is missing. Copy it from the bot's settings in the group, e.g. into FEISHU_WEBHOOK_URL.");
  }
  const url = urlOption(owner, "webhookUrl", value);
  if (url.protocol === "http:" && !staysHere(url, proxy)) {
    fail("must start with https://; http:// is for this machine alone, without a `proxy`.");
  }
  const whose = otherVendors.find(([host]) => host.test(url.hostname))?.[1];
  if (whose !== undefined) {
    fail(
      `is an address of ${whose}, and ${owner} speaks to custom bots of Feishu and Lark alone: https://open.feishu.cn/open-apis/bot/v2/hook/…. Are two variables mixed up?`,
    );
  }
  if (vendorHosts.includes(url.hostname) && !hookPath.test(url.pathname)) {
    fail("must be a whole address of a custom bot: its path is /open-apis/bot/v2/hook/<token>.");
  }
  return url;
};

const readKeyword = (value: unknown): string | undefined => {
  if (value === undefined) return undefined;
  const keyword = textOption(owner, "keyword", value);
  if (keyword.length <= 100) return keyword;
  throw new ConfigError("keyword", `${owner}: \`keyword\` must be of at most 100 characters.`);
};

/** A union_id begins with `on_`; bots that are no application cannot resolve one. */
const memberId = /^(?!on_)(?!all$)[A-Za-z0-9_-]{1,64}$/;

const readMentions = (value: unknown): readonly string[] => {
  if (value === undefined) return [];
  const isId = (id: unknown) => typeof id === "string" && memberId.test(id);
  if (Array.isArray(value) && value.length <= 20 && value.every(isId)) return [...new Set(value)];
  throw new ConfigError(
    "mentions",
    `${owner}: \`mentions\` must be an array of at most 20 open_ids (\`ou_…\`) or user_ids: a custom bot cannot mention by e-mail, phone or union_id. For everyone set \`mentionAll\`.`,
  );
};

/** @throws ConfigError naming the option that is missing or wrong. */
export const readOptions = (options: FeishuOptions): Settings => {
  checkOptions(owner, options, known);
  const { secret, timeZone, connections, ca, proxy } = options;
  const everyone = flagOption(owner, "mentionAll", options.mentionAll, false);
  return {
    url: readUrl(options.webhookUrl, proxy),
    secret: secret === undefined ? undefined : textOption(owner, "secret", secret),
    format: choiceOption(owner, "format", options.format, "card", ["card", "post", "text"]),
    look: {
      cardSchema: choiceOption(owner, "cardSchema", options.cardSchema, "1.0", ["1.0", "2.0"]),
      locale: choiceOption(owner, "locale", options.locale, "zh-CN", ["zh-CN", "en"]),
      timeZone: timeZone === undefined ? undefined : checkTimeZone(owner, timeZone),
      keyword: readKeyword(options.keyword),
      mentions: [...(everyone ? ["all"] : []), ...readMentions(options.mentions)],
    },
    client: { connections, ca, proxy },
  };
};
