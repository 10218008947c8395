export type { RequestHandler } from "./handler.ts";
export type { PrometheusOptions } from "./options.ts";
export { type PrometheusNotifier, prometheus } from "./prometheus.ts";
export type { MetricsServer, ServeOptions } from "./serve.ts";
