import { inspect } from "node:util";
import { ConfigError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import { slack } from "../src/slack.ts";
import { secret } from "./support.ts";

describe("options", () => {
  const configError = (options: unknown): ConfigError => {
    try {
      slack(options as Parameters<typeof slack>[0]);
    } catch (error) {
      if (ConfigError.is(error)) return error;
      throw error;
    }
    throw new Error("no error");
  };

  it.each([
    `hooks.slack.com/services/T0/B0/${secret}`,
    `ftp://hooks.slack.com/services/T0/B0/${secret}`,
    `http://hooks.slack.com/services/T0/B0/${secret}`,
    `https://user:${secret}@hooks.slack.com/services/T0/B0/x`,
    `https://hooks.slack.com/triggers/T0/1/${secret}`,
    `https://hooks.slack.com/workflows/T0/A0/1/${secret}`,
    `https://open.feishu.cn/open-apis/bot/v2/hook/${secret}`,
    `https://open.larksuite.com/open-apis/bot/v2/hook/${secret}`,
    `https://oapi.dingtalk.com/robot/send?access_token=${secret}`,
    `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${secret}`,
    `https://[${secret}`,
  ])("refuse a URL that cannot be right, and do not repeat it (trap 30): %#", (webhookUrl) => {
    const error = configError({ webhookUrl });
    expect(error.option).toBe("webhookUrl");
    expect(inspect(error, { showHidden: true, depth: 5 })).not.toContain(secret);
  });

  it("take what answers as Slack does: a gateway, a stand-in, Discord's door for Slack's messages", () => {
    for (const host of ["chat.internal.example", "notfeishu.cn", "discord.com/api/webhooks/1/x"])
      expect(slack({ webhookUrl: `https://${host}/slack` }).id).toBe("slack");
  });

  it("say what to set when an environment variable is missing", () => {
    const error = configError({ webhookUrl: process.env.NO_SUCH_VARIABLE });
    expect(error.message).toMatch(/`webhookUrl` is missing\. Set it/);
  });

  it("name what is unknown or wrong", () => {
    const webhookUrl = "https://hooks.slack.com/services/T0/B0/x";
    expect(configError({ webhookURL: webhookUrl }).message).toContain("Did you mean `webhookUrl`?");
    expect(configError({ webhookUrl, locale: "fr" }).option).toBe("locale");
    expect(configError({ webhookUrl, timeZone: "Mars/Olympus" }).option).toBe("timeZone");
    expect(configError(undefined).option).toBe("options");
  });

  it.each(["localhost", "127.0.0.1", "[::1]"])("allow http on this machine: %s", async (host) => {
    await slack({ webhookUrl: `http://${host}:1/services/T0/B0/x` }).close?.();
  });

  it("take a secret with a line break at its end", async () => {
    const url = "https://hooks.slack.com/services/T0/B0/x";
    const [plain, fromFile] = [slack({ webhookUrl: url }), slack({ webhookUrl: `${url}\n` })];
    expect(fromFile.destinationKey).toBe(plain.destinationKey);
    await Promise.all([plain.close?.(), fromFile.close?.()]);
  });
});
