import { randomBytes } from "node:crypto";
import { verifyWebhook } from "@datasync-monitor/notifier-webhook";
import { feishuStandIn, hostileHttp, slackStandIn, smtpStandIn } from "@datasync-monitor/testkit";
import type { Environment } from "../config/load.ts";

/** What arrived at a destination, as texts that tell of events. */
type Arrived = () => readonly string[];

/** Destinations on this machine, which check signatures, sizes and rates as the vendors do. */
export interface StandIns {
  /** The variables that name them, as for the real ones. */
  readonly env: Environment;
  /** By the receiver's name. */
  readonly arrived: ReadonlyMap<string, Arrived>;
  readonly close: () => Promise<void>;
}

/** Every text in a JSON value. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
};

const feishuSecret = "rehearsal-signing-secret";

export const openStandIns = async (): Promise<StandIns> => {
  const webhookSecret = `whsec_${randomBytes(32).toString("base64")}`;
  const webhook = await hostileHttp();
  const feishu = await feishuStandIn({ secret: feishuSecret, rates: true });
  const slack = await slackStandIn({ rates: true });
  const mail = await smtpStandIn();
  const asJson = (messages: readonly unknown[]) => messages.map((one) => JSON.stringify(one));
  return {
    env: {
      WEBHOOK_URL: webhook.url,
      WEBHOOK_SECRET: webhookSecret,
      FEISHU_WEBHOOK_URL: feishu.url,
      FEISHU_SECRET: feishuSecret,
      SLACK_WEBHOOK_URL: slack.url,
      SMTP_URL: mail.url,
      MAIL_FROM: "DataSync <datasync@example.com>",
      MAIL_TO: "oncall@example.com",
    },
    arrived: new Map<string, Arrived>([
      [
        "webhook",
        // A request counts only when its signature is right.
        () =>
          webhook
            .accepted()
            .flatMap(({ headers, body }) =>
              asJson(verifyWebhook({ headers, body, secret: webhookSecret })),
            ),
      ],
      // A digest tells of each event in a text of its own.
      ["feishu", () => feishu.messages().flatMap(textsOf)],
      ["slack", () => asJson(slack.messages())],
      ["email", () => mail.mails().map(({ text }) => text)],
    ]),
    close: async () => {
      await Promise.all([webhook.close(), feishu.close(), slack.close(), mail.close()]);
    },
  };
};
