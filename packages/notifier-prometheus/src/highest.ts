import type { Gauge } from "prom-client";

/** A gauge that several may report to, and that shows the highest of what they said. */
export class Highest<L extends string> {
  readonly #gauge: Gauge<L>;
  readonly #values = new Map<string, number>();

  constructor(gauge: Gauge<L>) {
    this.#gauge = gauge;
  }

  raise(labels: Readonly<Record<L, string>>, value: number): void {
    const key = JSON.stringify(labels);
    if (value <= (this.#values.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    this.#values.set(key, value);
    this.#gauge.set(labels, value);
  }

  reset(): void {
    this.#values.clear();
    this.#gauge.reset();
  }
}
