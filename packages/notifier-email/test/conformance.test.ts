import { smtpStandIn } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { email } from "../src/index.ts";
import { addresses } from "./support/workbench.ts";

const credentials = { user: "datasync", pass: "canary-correct-horse" };

testNotifier("email", {
  cannotVerify: { endpoint: "a mail server judges a recipient at RCPT, and verify() names none" },
  async rig() {
    const server = await smtpStandIn(credentials);
    return {
      notifier: email({ ...addresses, url: server.url }),
      meet: (condition) => server.meet(condition),
      received: () =>
        server.mails().map(({ subject, text, html }) => `${subject}\n${text}\n${html}`),
      attempts: server.attempts,
      secrets: [credentials.pass],
      close: server.close,
    };
  },
});
