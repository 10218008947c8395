import { defineNotifier, type Notifier, systemClock } from "@datasync-monitor/core";
import { destinationKeyOf, httpClient } from "@datasync-monitor/http";
import { answerError, blocksRefused, provesAlive } from "./answer.ts";
import { owner, readOptions, type SlackOptions } from "./options.ts";
import { poster } from "./post.ts";
import { maxBatchSize, renderBlocks, renderPlain } from "./render.ts";
import type { RenderOptions } from "./telling.ts";

/**
 * Sends events to a Slack channel through an incoming webhook: one event in full, several as a digest.
 *
 * `verify()` posts a message without text. Slack refuses that at a webhook that works, and shows
 * nobody anything; it answers otherwise when the webhook is gone or its URL is wrong. Whether the
 * blocks of a real message would be accepted, it does not tell.
 *
 * @throws ConfigError naming the option that is missing or wrong.
 */
export const slack = (options: SlackOptions): Notifier => {
  const { webhookUrl, locale, timeZone, client: connection } = readOptions(options);
  const client = httpClient(connection, owner);
  const post = poster(webhookUrl, client);
  let host: RenderOptions = { locale: "en", timeZone: "UTC" };
  let clock = systemClock;

  return defineNotifier({
    id: "slack",
    maxBatchSize,
    // https://docs.slack.dev/apis/web-api/rate-limits
    rateLimits: [{ max: 1, perMs: 1_000 }],
    destinationKey: destinationKeyOf(webhookUrl),
    attach(monitor) {
      host = { locale: monitor.locale, timeZone: monitor.timeZone };
      clock = monitor.clock;
    },
    async send(batch, context) {
      const hadBlocks = !blocksRefused(context.resume);
      const words = { locale: locale ?? host.locale, timeZone: timeZone ?? host.timeZone };
      const message = hadBlocks ? renderBlocks(batch, words) : renderPlain(batch, words);
      const error = answerError(await post(message, context), { hadBlocks, now: clock.now() });
      if (error !== undefined) throw error;
    },
    async verify({ signal }) {
      const answer = await post({}, signal);
      const error = answerError(answer, { hadBlocks: false, now: clock.now() });
      if (error !== undefined && !provesAlive(answer)) throw error;
    },
    close: () => client.close(),
  });
};
