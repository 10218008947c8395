import { createMonitor } from "@datasync-monitor/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { registerReceivers } from "../src/receivers.ts";

const register = async (env: Readonly<Record<string, string>>) => {
  const monitor = createMonitor();
  onTestFinished(async () => {
    await monitor.close();
  });
  const stream = { write: (_text: string, done: () => void) => done() };
  const metrics = { host: "127.0.0.1", port: 0 };
  return registerReceivers(monitor, { env, metrics, stream });
};

const secretWords = /hunter2|T000|K123/;

describe("registerReceivers", () => {
  it("registers the console and Prometheus, and nobody else, when the environment names nobody", async () => {
    const { names, metricsUrl } = await register({});
    expect(names).toEqual(["console", "prometheus"]);
    expect(await (await fetch(metricsUrl)).text()).toContain("datasync_monitor_events_total");
  });

  it("registers each receiver whose variable is set", async () => {
    const { names } = await register({
      WEBHOOK_URL: "https://example.com/hook",
      FEISHU_WEBHOOK_URL: "https://open.feishu.cn/open-apis/bot/v2/hook/K123",
      SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/T000/B000/XXX",
      SMTP_URL: "smtp://datasync:hunter2@mail.example.com",
      MAIL_FROM: "datasync@example.com",
      MAIL_TO: "oncall@example.com,team@example.com",
    });
    expect(names).toEqual(["console", "webhook", "feishu", "slack", "email", "prometheus"]);
  });

  it("says which variable is missing beside another", async () => {
    const env = { SMTP_URL: "smtp://datasync:hunter2@mail.example.com" };
    await expect(register(env)).rejects.toThrow(
      "The environment sets SMTP_URL, so it must set MAIL_FROM too.",
    );
    await expect(register(env)).rejects.not.toThrow(secretWords);
  });
});
