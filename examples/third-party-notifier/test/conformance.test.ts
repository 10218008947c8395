import { httpHarness } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { pager } from "../src/index.ts";

testNotifier(
  "pager",
  httpHarness({
    notifier: ({ url, canary }) => pager({ url, routingKey: canary("routing-key") }),
    key: "idempotency-key",
  }),
);
