import { checkOptions, type Notifier } from "@datasync-monitor/core";
import type { Canary, Harness } from "../harness.ts";
import type { ReceivedMail } from "../receivers/mail.ts";
import { smtpStandIn } from "../receivers/smtp.ts";
import { madeAt } from "./made-at.ts";

export interface SmtpDestination {
  /** With user and password: `"smtp://user:pass@127.0.0.1:2525"`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A canary. */
  readonly pass: string;
  /** Send to both: one of them may be put off while the other is served. */
  readonly recipients: readonly [string, string];
  readonly canary: Canary;
}

export interface SmtpHarnessOptions extends Pick<Harness, "codes" | "cannotVerify" | "trace"> {
  /** Makes the notifier under test. */
  readonly notifier: (given: SmtpDestination) => Notifier;
  /** What a reader sees of a mail. Default: its subject, text and HTML. */
  readonly read?: ((mail: ReceivedMail) => string) | undefined;
}

const user = "datasync";
const recipients = ["first@example.com", "second@example.com"] as const;

const whole = ({ subject, text, html }: ReceivedMail): string => [subject, text, html].join("\n");

/** A notifier that sends mail over SMTP, at a real server that asks for credentials. Its idempotency key is the Message-ID. */
export const smtpHarness = (options: SmtpHarnessOptions): Harness => {
  checkOptions("smtpHarness()", options, ["notifier", "read", "codes", "cannotVerify", "trace"]);
  const { notifier, read = whole, codes, cannotVerify, trace } = options;
  return {
    ...(codes && { codes }),
    ...(cannotVerify && { cannotVerify }),
    ...(trace && { trace }),
    cannot: { redirect: "SMTP knows no redirect" },
    async rig(canary) {
      const pass = canary("pass");
      const server = await smtpStandIn({ user, pass });
      const { url, host, port } = server;
      return {
        ...(await madeAt(server, () =>
          notifier({ url, host, port, user, pass, recipients, canary }),
        )),
        async meet(condition) {
          server.reply("rcpt", 250, { recipient: recipients[1] });
          await server.meet(condition);
        },
        received: () => server.mails().map(read),
        attempts: server.attempts,
        said: () => server.mails().map(({ raw }) => raw),
        keys: () => server.mails().map(({ headers }) => headers["message-id"] ?? ""),
        recipients: {
          refuseOne: () => server.reply("rcpt", 451, { recipient: recipients[1] }),
          served: () => server.mails().flatMap(({ to }) => to),
        },
        close: server.close,
      };
    },
  };
};
