import { defineNotifier, type Notifier, type NotifierHost } from "@datasync-monitor/core";
import { destinationKeyOf, httpClient } from "@datasync-monitor/http";
import { checkAnswer, receiptOf } from "./answer.ts";
import { owner, type PagerOptions, readOptions } from "./options.ts";
import { render } from "./render.ts";

/**
 * Pages whoever the routing key belongs to.
 *
 * @throws ConfigError naming the option that is missing or wrong.
 */
export const pager = (options: PagerOptions): Notifier => {
  const { url, routingKey } = readOptions(options);
  const http = httpClient({}, owner);
  const headers = { "content-type": "application/json", "x-routing-key": routingKey };
  let host: Partial<NotifierHost> = {};
  const now = () => host.clock?.now() ?? Date.now();

  return defineNotifier({
    id: "pager",
    maxBatchSize: 50,
    rateLimits: [{ max: 120, perMs: 60_000 }],
    destinationKey: destinationKeyOf(`${url} ${routingKey}`), // the pager counts by routing key
    attach(given) {
      host = given;
    },
    async send(batch, context) {
      const answer = await http.post({
        url,
        headers: { ...headers, "idempotency-key": context.idempotencyKey },
        body: render(batch, host),
        signal: context,
      });
      checkAnswer(answer, now());
      return receiptOf(answer);
    },
    async verify({ signal }) {
      // HEAD is answered with 204 to a key that is known, and pages nobody.
      checkAnswer(await http.post({ url, headers, method: "HEAD", body: "", signal }), now());
    },
    close: () => http.close(),
  });
};
