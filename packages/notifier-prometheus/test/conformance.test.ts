import type { MonitorEvent } from "@datasync-monitor/core";
import type { Condition, Rig } from "@datasync-monitor/testkit";
import { testNotifier } from "@datasync-monitor/testkit/vitest";
import { prometheus } from "../src/index.ts";
import { parseExposition } from "./support/exposition.ts";

const pulled = "nothing is sent: Prometheus comes to fetch";

const cannot: { readonly [C in Condition]?: string } = {
  garble: pulled,
  "rate-limited": pulled,
  unavailable: pulled,
  payload: pulled,
  endpoint: pulled,
  config: pulled,
  reset: pulled,
  refuse: pulled,
  redirect: pulled,
  hang: pulled,
  silent: pulled,
  "half-headers": pulled,
  "half-body": pulled,
  drip: pulled,
};

/** The destination is the next scrape: what `send()` took has arrived when that still parses. */
const rig = (): Rig => {
  const notifier = prometheus();
  const arrived: string[] = [];
  let sends = 0;
  return {
    notifier: {
      ...notifier,
      async send(batch, context) {
        sends += 1;
        await notifier.send(batch, context);
        parseExposition(await notifier.metrics());
        arrived.push(...batch.map(({ id }) => id));
      },
    },
    meet: () => {},
    received: () => arrived,
    attempts: () => sends,
    close: async () => {},
  };
};

testNotifier("prometheus", { rig, cannot, trace: (event: MonitorEvent) => event.id });
