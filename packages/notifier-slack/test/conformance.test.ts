import { httpHarness, slackStandIn } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { slack } from "../src/index.ts";
import { textsOf } from "./support.ts";

testNotifier(
  "slack",
  httpHarness({
    destination: (canary) => slackStandIn({ token: canary("token") }),
    notifier: ({ url }) => slack({ webhookUrl: url }),
    read: ({ body }) => textsOf(JSON.parse(body)).join("\n"),
    codes: { garble: "ambiguous" }, // the body `ok` is Slack's promise, not the status
  }),
);
