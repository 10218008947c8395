import { type Canary, httpHarness } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { type WebhookOptions, webhook } from "../src/index.ts";

/** A signing secret in the form that the option wants. */
const signingKey = (canary: Canary): string =>
  Buffer.from(canary("signing-key").padEnd(32)).toString("base64");

const contract = (name: string, options: Omit<WebhookOptions, "url">) =>
  testNotifier(
    name,
    httpHarness({
      notifier: ({ url, canary }) =>
        webhook({
          url,
          headers: { authorization: `Bearer ${canary("bearer")}` },
          secret: `whsec_${signingKey(canary)}`,
          ...options,
        }),
      key: "webhook-id",
      secrets: (canary) => [signingKey(canary)],
    }),
  );

contract("webhook, an object a request", {});
contract("webhook, an array a request", { body: "array" });
contract("webhook, a structured CloudEvent a request", { format: "cloudevents-structured" });
contract("webhook, a binary CloudEvent a request", { format: "cloudevents-binary" });
contract("webhook, a batch of CloudEvents a request", { format: "cloudevents-batch" });
