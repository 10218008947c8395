import { ConfigError } from "@datasync-monitor/core";
import { Counter, Gauge, Histogram, type Metric, Registry } from "prom-client";
import { Highest } from "./highest.ts";

/**
 * Makes the metrics of one prefix and registers them together: all of them, or none.
 *
 * `collect` is called before any of them is read and brings all of them up to date.
 */
export class Maker {
  readonly #made: { readonly name: string; readonly metric: Metric }[] = [];
  readonly #registry: Registry;
  readonly #prefix: string;
  readonly #collect: () => void;

  constructor(registry: Registry, prefix: string, collect: () => void) {
    this.#registry = registry;
    this.#prefix = prefix;
    this.#collect = collect;
  }

  counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) {
    const config = this.#config(name, help, labelNames);
    const registry = this.#registry;
    const refresh = this.#collect;
    return this.#keep(
      config.name,
      new Counter<L>({
        ...config,
        collect() {
          refresh();
          // `registry.metrics()` in OpenMetrics takes `_total` off the metric for good: for its owner's own use.
          if (registry.contentType === Registry.PROMETHEUS_CONTENT_TYPE)
            Object.assign(this, { name: config.name });
        },
      }),
    );
  }

  gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    const config = this.#config(name, help, labelNames);
    return this.#keep(config.name, new Gauge<L>({ ...config, collect: this.#collect }));
  }

  highest<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[],
  ): Highest<L> {
    const config = this.#config(name, help, labelNames);
    const gauge = new Gauge<L>({ ...config, aggregator: "max", collect: this.#collect });
    return new Highest(this.#keep(config.name, gauge));
  }

  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    bounds: readonly number[],
  ): Histogram<L> {
    const config = this.#config(name, help, labelNames);
    const buckets = [...bounds]; // prom-client freezes the array it is given
    return this.#keep(
      config.name,
      new Histogram<L>({ ...config, buckets, collect: this.#collect }),
    );
  }

  /** @throws ConfigError when the registry holds a metric of one of the names already. */
  register(): void {
    const clash = this.#made.find(({ name }) => this.#registry.getSingleMetric(name) !== undefined);
    if (clash !== undefined) {
      throw new ConfigError(
        "prefix",
        `prometheus(): the registry already holds a metric \`${clash.name}\` that is not ours. Choose another \`prefix\`.`,
      );
    }
    for (const { metric } of this.#made) this.#registry.registerMetric(metric);
  }

  /** false once the registry was cleared. */
  registered(): boolean {
    return this.#made.some(({ name, metric }) => this.#registry.getSingleMetric(name) === metric);
  }

  #config<L extends string>(name: string, help: string, labelNames: readonly L[]) {
    // On no registry: left out, prom-client would take its global one.
    return { name: `${this.#prefix}${name}`, help, labelNames, registers: [] };
  }

  #keep<M extends Metric>(name: string, metric: M): M {
    this.#made.push({ name, metric });
    return metric;
  }
}
