import { slackStandIn } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { slack } from "../src/index.ts";
import { textsOf } from "./support.ts";

testNotifier("slack", {
  codes: { garble: "ambiguous" }, // the body `ok` is Slack's promise, not the status
  async rig() {
    const server = await slackStandIn();
    const { pathname } = new URL(server.url);
    return {
      notifier: slack({ webhookUrl: server.url }),
      meet: (condition) => server.meet(condition),
      received: () => server.messages().map((message) => textsOf(message).join("\n")),
      attempts: server.attempts,
      secrets: [pathname, pathname.split("/").at(-1) ?? pathname],
      close: server.close,
    };
  },
});
