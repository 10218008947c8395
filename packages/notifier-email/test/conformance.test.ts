import { smtpHarness } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { email } from "../src/index.ts";
import { addresses } from "./support/workbench.ts";

testNotifier(
  "email",
  smtpHarness({
    notifier: ({ url, recipients }) => email({ ...addresses, to: [...recipients], url }),
    cannotVerify: {
      endpoint: "a mail server judges a recipient at RCPT, and verify() names none",
    },
  }),
);
