import { prometheus } from "@datasync-monitor/notifier-prometheus";
import type { Receiver } from "./receiver.ts";

export interface Metrics extends Receiver {
  /** What a Prometheus server would get, over HTTP. */
  readonly scrape: () => Promise<string>;
}

/** Every event, as numbers. It keeps counts and no events, so counts are what is compared. */
export const prometheusReceiver = async (): Promise<Metrics> => {
  const notifier = prometheus();
  const server = await notifier.serve({ port: 0 });
  return {
    notifier,
    options: {},
    standIn: undefined,
    standInEnv: {},
    arrived: undefined,
    scrape: async () => (await fetch(server.url)).text(),
    close: () => server.close(),
  };
};
