import { slack } from "@datasync-monitor/notifier-slack";
import { slackStandIn } from "@datasync-monitor/testkit";
import type { Arrived, Environment, Receiver } from "./receiver.ts";

const arrived = (message: unknown): Arrived => {
  const shown = JSON.stringify(message, null, 2);
  return { shown, parts: [shown] };
};

/** Warnings and failures alone: what somebody should look at. */
export const slackReceiver = async (env: Environment): Promise<Receiver> => {
  const real = env.SLACK_WEBHOOK_URL !== undefined;
  const standIn = real ? undefined : await slackStandIn({ rates: true });
  return {
    notifier: slack({ webhookUrl: standIn?.url ?? env.SLACK_WEBHOOK_URL }),
    options: { minLevel: "warning" },
    standIn,
    standInEnv: { SLACK_WEBHOOK_URL: standIn?.url },
    limitRate: () => standIn?.meet("rate-limited", { times: 1, retryAfterSeconds: 1 }),
    arrived: standIn && (() => standIn.messages().map(arrived)),
    close: async () => standIn?.close(),
  };
};
