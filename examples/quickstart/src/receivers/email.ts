import { email } from "@datasync-monitor/notifier-email";
import { type ReceivedMail, smtpStandIn } from "@datasync-monitor/testkit";
import type { Arrived, Environment, Receiver } from "./receiver.ts";

const shownHeaders = ["from", "to", "subject", "date", "message-id", "auto-submitted"];

const arrived = ({ headers, text }: ReceivedMail): Arrived => {
  const head = shownHeaders.flatMap((name) => (headers[name] ? [`${name}: ${headers[name]}`] : []));
  return { shown: [...head, "", text.trimEnd()].join("\n"), parts: [text] };
};

const playedFrom = "DataSync <datasync@example.com>";
const playedTo = "oncall@example.com";

/** Failures, and what cleanups and migrations did. */
export const emailReceiver = async (env: Environment): Promise<Receiver> => {
  const real = env.SMTP_URL !== undefined;
  const standIn = real ? undefined : await smtpStandIn();
  return {
    notifier: email({
      url: standIn?.url ?? env.SMTP_URL,
      from: real ? env.MAIL_FROM : playedFrom,
      to: real ? env.MAIL_TO?.split(",") : playedTo,
    }),
    options: { types: ["*_failure", "cleanup_*", "migration_*"] },
    standIn,
    standInEnv: { SMTP_URL: standIn?.url, MAIL_FROM: playedFrom, MAIL_TO: playedTo },
    // How Amazon's mail service says it; others answer 421 and hang up.
    limitRate: () => standIn?.reply("mail", 454, { times: 1 }),
    arrived: standIn && (() => standIn.mails().map(arrived)),
    close: async () => standIn?.close(),
  };
};
