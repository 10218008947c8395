import type { Registry } from "prom-client";
import { asOpenMetrics, asText, contentTypes, type Format } from "./format.ts";

/** The key a metric is registered under: an OpenMetrics scrape takes `_total` off its name only. */
const keyOf = (registry: Registry, name: string): string =>
  registry.getSingleMetric(name) === undefined ? `${name}_total` : name;

/** The format a registry is shown in: OpenMetrics alone where its owner set it to that, for then it may hold exemplars. */
export const formatOf = (registry: Registry, asked: Format): Format =>
  String(registry.contentType) === contentTypes.openmetrics ? "openmetrics" : asked;

const writers = { text: asText, openmetrics: asOpenMetrics } as const;

/** Every metric that can be collected, and whether one could not. All begin in one turn. */
const collect = async (registry: Registry, format: Format) => {
  const write = writers[format];
  const settled = await Promise.allSettled(
    registry.getMetricsAsArray().map(async ({ name }) => {
      const key = keyOf(registry, name);
      return write(await registry.getSingleMetricAsString(key), key);
    }),
  );
  const blocks = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return { blocks, whole: blocks.length === settled.length };
};

/** Whether nothing would be missing from a scrape. */
export const canCollect = async (registry: Registry): Promise<boolean> =>
  (await collect(registry, formatOf(registry, "text"))).whole;

/**
 * The whole registry as text. `registry.metrics()` is not asked: in OpenMetrics it takes `_total` off
 * the counters for good, and in either format it gives up the scrape when one metric cannot be
 * collected. Here that metric is left out, `onFailure` is told, and the others show.
 */
export const render = async (
  registry: Registry,
  asked: Format,
  onFailure: () => void,
): Promise<string> => {
  const format = formatOf(registry, asked);
  let collected = await collect(registry, format);
  if (!collected.whole) {
    onFailure();
    collected = await collect(registry, format); // a scrape shows its own failures
  }
  const { blocks } = collected;
  return format === "openmetrics" ? `${blocks.join("\n")}\n# EOF\n` : `${blocks.join("\n\n")}\n`;
};
