import { feishuStandIn } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { feishu } from "../src/index.ts";
import { formats, readable } from "./support.ts";

const secret = "SIGNING-SECRET-7f3a";

for (const format of formats) {
  testNotifier(`feishu, as ${format},`, {
    async rig() {
      const bot = await feishuStandIn({ secret });
      return {
        notifier: feishu({ webhookUrl: bot.url, secret, format }),
        meet: bot.meet,
        received: () => bot.messages().map((message) => readable(message)),
        attempts: bot.attempts,
        secrets: [secret, bot.url, new URL(bot.url).pathname.split("/").at(-1) ?? ""],
        close: bot.close,
      };
    },
    // Without a result code nobody knows whether the bot took the message.
    codes: { garble: "ambiguous" },
  });
}
