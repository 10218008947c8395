import { hostileHttp } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { type WebhookOptions, webhook } from "../src/index.ts";
import { secret } from "./rig.ts";

const contract = (name: string, options: Omit<WebhookOptions, "url">) =>
  testNotifier(name, {
    async rig() {
      const receiver = await hostileHttp({ path: "/hook/PATH-SECRET?token=QUERY-SECRET" });
      return {
        notifier: webhook({
          url: receiver.url,
          headers: { authorization: "Bearer HEADER-SECRET" },
          secret,
          ...options,
        }),
        meet: receiver.meet,
        received: () =>
          receiver
            .accepted()
            .filter(({ method }) => method === "POST")
            .map(({ body }) => body),
        attempts: receiver.attempts,
        secrets: ["PATH-SECRET", "QUERY-SECRET", "HEADER-SECRET", secret, secret.slice(6)],
        close: receiver.close,
      };
    },
  });

contract("webhook, an object a request", {});
contract("webhook, an array a request", { body: "array" });
