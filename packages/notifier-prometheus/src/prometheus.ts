import {
  DeliveryError,
  type Notifier,
  type NotifierHost,
  systemClock,
} from "@datasync-monitor/core";
import type { Registry } from "prom-client";
import { boardOf } from "./board.ts";
import { contentTypes, type Format } from "./format.ts";
import { type RequestHandler, scrapeHandler } from "./handler.ts";
import { observeEvent } from "./operations.ts";
import { type PrometheusOptions, readOptions } from "./options.ts";
import { canCollect, formatOf, render } from "./render.ts";
import { type MetricsServer, type ServeOptions, serve } from "./serve.ts";
import { version } from "./version.ts";

/** A notifier that is scraped rather than sent from. Register it with one monitor, without a filter. */
export interface PrometheusNotifier extends Notifier {
  /** Where the metrics are: the registry given, else this notifier's own. */
  readonly registry: Registry;
  /** What goes with `metrics()` in a `content-type` header: the registry's own. */
  readonly contentType: string;
  /**
   * The registry in the text format, or in OpenMetrics where it is set to that. A metric that cannot be
   * collected is left out and counted; the others show.
   */
  metrics(): Promise<string>;
  /**
   * Answers GET and HEAD with the metrics on any path, for a `node:http` server or a route of yours, in
   * the text format or in OpenMetrics as `Accept` asks.
   */
  metricsHandler(): RequestHandler;
  /**
   * Serves the metrics on a server of their own until `close()`, the notifier's or the answer's.
   *
   * @throws ConfigError when an option is wrong, or the address cannot be listened on.
   */
  serve(options?: ServeOptions): Promise<MetricsServer>;
}

/**
 * Exposes events, operations and the health of every receiver to Prometheus.
 *
 * Notifiers that name the same registry and prefix share the metrics there; what they count adds up.
 *
 * @throws ConfigError naming the option that is wrong.
 */
export const prometheus = (options: PrometheusOptions = {}): PrometheusNotifier => {
  const settings = readOptions(options);
  const { registry } = settings;
  const board = boardOf(settings);
  board.declare(settings, version);

  const hosts = new Set<NotifierHost>();
  const servers = new Set<Promise<MetricsServer>>();
  let clock = systemClock;

  const write = (format: Format) =>
    render(registry, format, () => board.meters.collectFailures.inc());
  const handler = scrapeHandler(async (format) => ({
    body: await write(format),
    contentType: contentTypes[formatOf(registry, format)],
  }));

  return {
    contract: 1,
    id: "prometheus",
    maxBatchSize: 100,
    registry,
    metrics: () => write("text"),
    get contentType() {
      return registry.contentType;
    },
    metricsHandler: () => handler,

    async serve(serveOptions) {
      const starting = serve(handler, serveOptions);
      servers.add(starting);
      return starting;
    },

    attach(host) {
      if (hosts.has(host)) return;
      board.attach(host, settings);
      hosts.add(host);
      clock = host.clock;
    },

    async send(batch, { signal }) {
      if (signal.aborted) throw new DeliveryError("aborted", "stopped before it was counted");
      for (const event of batch) observeEvent(event, board.meters, settings, clock.now());
    },

    async verify() {
      if (await canCollect(registry)) return;
      throw new DeliveryError(
        "config",
        "a metric on this registry cannot be collected; its collect() throws",
      );
    },

    async close() {
      const closing = [
        ...[...hosts].map((host) => board.detach(host)),
        // One that could not listen has told its caller, and left nothing to close.
        ...[...servers].map((starting) =>
          starting.then(
            (server) => server.close(),
            () => {},
          ),
        ),
      ];
      hosts.clear();
      servers.clear();
      await Promise.all(closing);
    },
  };
};
