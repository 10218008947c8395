import { feishuStandIn, httpHarness } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { feishu } from "../src/index.ts";
import { readable, shapes } from "./support.ts";

for (const shape of shapes) {
  testNotifier(
    `feishu, as ${Object.values(shape).join(" ")},`,
    httpHarness({
      destination: (canary) =>
        feishuStandIn({ token: canary("token"), secret: canary("signing-key") }),
      notifier: ({ url, canary }) =>
        feishu({ webhookUrl: url, secret: canary("signing-key"), ...shape }),
      read: ({ body }) => readable(JSON.parse(body)),
      // Without a result code nobody knows whether the bot took the message.
      codes: { garble: "ambiguous" },
    }),
  );
}
