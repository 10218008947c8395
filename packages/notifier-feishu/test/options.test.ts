import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { feishu } from "../src/index.ts";
import type { FeishuOptions } from "../src/options.ts";

const token = "0000-SECRET-TOKEN";
const webhookUrl = `https://open.feishu.cn/open-apis/bot/v2/hook/${token}`;

/** What the factory throws for these options. */
const refusal = (options: unknown): ConfigError => {
  try {
    feishu(options as FeishuOptions);
  } catch (error) {
    if (ConfigError.is(error)) return error;
    throw error;
  }
  return expect.fail("the options were taken");
};

describe("webhookUrl", () => {
  it.each([
    webhookUrl,
    new URL(webhookUrl),
    `https://open.larksuite.com/open-apis/bot/v2/hook/${token}`,
    `${webhookUrl}/`,
    "https://gateway.example/feishu/ops",
    "http://127.0.0.1:8080/hook",
    "http://localhost:8080/hook",
    "http://[::1]:8080/hook",
  ])("takes %s", (url) => {
    expect(feishu({ webhookUrl: url }).id).toBe("feishu");
  });

  it("says what to set when the environment has no such variable", () => {
    const error = refusal({ webhookUrl: undefined });
    expect(error.option).toBe("webhookUrl");
    expect(error.message).toContain("FEISHU_WEBHOOK_URL");
  });

  it.each([
    `open.feishu.cn/open-apis/bot/v2/hook/${token}`,
    `http://open.feishu.cn/open-apis/bot/v2/hook/${token}`,
    `https://open.feishu.cn/open-apis/bot/hook/${token}`,
    `https://open.feishu.cn/open-apis/bot/v2/hook/?${token}`,
    `https://open.feishu.cn/open-apis/bot/v2/hook/${token}/more`,
    `https://open.feishu.cn/at/open-apis/bot/v2/hook/${token}`,
    `https://open.larksuite.com/open-apis/bot/hook/${token}`,
    `https://user:${token}@gateway.example/`,
    `https://hooks.slack.com/services/T0/B0/${token}`,
    `http://gateway.example/${token}`,
    `ftp://gateway.example/${token}`,
    ` `,
    42,
  ])("refuses %s and does not repeat it", (url) => {
    const error = refusal({ webhookUrl: url });
    expect(error.option).toBe("webhookUrl");
    expect(inspect(error)).not.toContain(token);
  });

  it.each([
    ["Slack's", `https://hooks.slack.com/services/T0/B0/${token}`],
    ["DingTalk's", `https://oapi.dingtalk.com/robot/send?access_token=${token}`],
    ["WeCom's", `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${token}`],
    ["Discord's", `https://discord.com/api/webhooks/1/${token}`],
    ["Microsoft Teams'", `https://example.webhook.office.com/webhookb2/${token}`],
    ["Telegram's", `https://api.telegram.org/bot${token}/sendMessage`],
  ])("asks whether two variables are mixed up where it is %s", (whose, url) => {
    const error = refusal({ webhookUrl: url });
    expect(error.message).toContain(`is an address of ${whose}`);
    expect(error.message).toContain("Are two variables mixed up?");
    expect(error.message).toContain("https://open.feishu.cn/open-apis/bot/v2/hook/");
    expect(inspect(error)).not.toContain(token);
  });

  it.each([
    "https://notslack.com/hook",
    "https://dingtalk.com.example/hook",
    "https://weixin.qq.com.internal.example/",
    "https://feishu.internal.example:8443/hook",
    "http://127.0.0.1:9000/hook",
  ])("takes a gateway or a stand-in, named alike or not: %s", (webhookUrl) => {
    expect(feishu({ webhookUrl }).id).toBe("feishu");
  });
});

it("shows no secret in the notifier (trap 30)", () => {
  const notifier = feishu({ webhookUrl, secret: "SIGNING-SECRET" });
  const shown = inspect(notifier, { depth: null, showHidden: true }) + JSON.stringify(notifier);
  expect(shown).not.toMatch(/SECRET|open\.feishu\.cn/);
});

it("keeps the vendor's two windows, and shares them among notifiers of one bot (trap 7)", () => {
  const one = feishu({ webhookUrl });
  expect(one.rateLimits).toEqual([
    { max: 100, perMs: 60_000 },
    { max: 5, perMs: 1_000 },
  ]);
  expect(one.maxBatchSize).toBe(20);
  expect(feishu({ webhookUrl, format: "text" }).destinationKey).toBe(one.destinationKey);
  expect(feishu({ webhookUrl: `${webhookUrl}2` }).destinationKey).not.toBe(one.destinationKey);
});

it.each([
  ...["someone@example.com", "+8613800000000", "on_union", "all", "a b", '"><at', ""],
  "x".repeat(65),
  7,
])("refuses to mention by %j, alone and among others (trap 17)", (id) => {
  for (const mentions of [[id], ["ou_1", id]]) {
    const error = refusal({ webhookUrl, mentions });
    expect(error.option).toBe("mentions");
    expect(error.message).toContain("e-mail");
  }
});

it("takes open_ids and user_ids, up to twenty", () => {
  const long = "x".repeat(64);
  const ids = ["ou_18eac85d", "7cdcc7c2", "ON_1", "on", "once", "allen", "A-Z_0", "x", long];
  expect(feishu({ webhookUrl, mentions: ids, mentionAll: true }).id).toBe("feishu");
  const many = Array.from({ length: 21 }, (_, index) => `ou_${index}`);
  expect(feishu({ webhookUrl, mentions: many.slice(1) }).id).toBe("feishu");
  expect(refusal({ webhookUrl, mentions: many }).option).toBe("mentions");
});

it("takes a keyword of a hundred characters, and a number of connections", () => {
  expect(feishu({ webhookUrl, keyword: "k".repeat(100), connections: 2 }).id).toBe("feishu");
});

it.each([
  [{ secret: "" }, "secret"],
  [{ secret: 1 }, "secret"],
  [{ keyword: "k".repeat(101) }, "keyword"],
  [{ format: "cards" }, "format"],
  [{ cardSchema: "3.0" }, "cardSchema"],
  [{ cardSchema: 2 }, "cardSchema"],
  [{ locale: "fr" }, "locale"],
  [{ timeZone: "Mars/Olympus" }, "timeZone"],
  [{ mentions: "ou_1" }, "mentions"],
  [{ mentionAll: "yes" }, "mentionAll"],
  [{ connections: 0 }, "connections"],
  [{ webhook: "x" }, "webhook"],
])("names the option that is wrong: %j", (wrong, option) => {
  expect(refusal({ webhookUrl, ...wrong }).option).toBe(option);
});

it("takes options that are undefined for options that are not there", () => {
  const options = { secret: undefined, keyword: undefined, format: undefined, locale: undefined };
  expect(feishu({ webhookUrl, ...options, timeZone: undefined, mentions: undefined }).id).toBe(
    "feishu",
  );
});
