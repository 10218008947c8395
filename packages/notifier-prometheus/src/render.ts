import { Registry } from "prom-client";

/** The key a metric is registered under: an OpenMetrics scrape takes `_total` off its name only. */
const keyOf = (registry: Registry, name: string): string =>
  registry.getSingleMetric(name) === undefined ? `${name}_total` : name;

/**
 * The whole registry as text. prom-client gives up the scrape when one metric cannot be collected;
 * here that metric is left out, `onFailure` is told, and the others show.
 */
export const render = async (registry: Registry, onFailure: () => void): Promise<string> => {
  try {
    return await registry.metrics();
  } catch {
    onFailure();
  }
  const openMetrics = String(registry.contentType) === Registry.OPENMETRICS_CONTENT_TYPE;
  const blocks = await Promise.allSettled(
    registry
      .getMetricsAsArray()
      .map(async ({ name }) => registry.getSingleMetricAsString(keyOf(registry, name))),
  );
  const text = blocks
    .flatMap((block) => (block.status === "fulfilled" ? [block.value] : []))
    .join(openMetrics ? "\n" : "\n\n");
  return openMetrics ? `${text}\n# EOF\n` : `${text}\n`;
};
