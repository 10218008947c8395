import type { Summary } from "./store.ts";

/** Every value is at most 1 % away from its bucket's representative. */
const accuracy = 0.01;
const growth = (1 + accuracy) / (1 - accuracy);
const logGrowth = Math.log(growth);

/** Magnitudes outside this range count as the nearest within, so that there are at most 4,840 buckets. */
const smallest = 1e-6;
const largest = 1e15;
const powerOf = (magnitude: number): number => Math.ceil(Math.log(magnitude) / logGrowth);
const shift = 1 - powerOf(smallest);

/** Keys sort as their values do: 0 is zero, a negative value has the negated key of its magnitude. */
const keyOf = (value: number): number => {
  if (value === 0) return 0;
  const key = powerOf(Math.min(Math.max(Math.abs(value), smallest), largest)) + shift;
  return value > 0 ? key : -key;
};

const representativeOf = (key: number): number =>
  key === 0 ? 0 : Math.sign(key) * (1 - accuracy) * growth ** (Math.abs(key) - shift);

/** A sum that stays finite: a status answer is JSON, where infinity is null. */
const add = (left: number, right: number): number =>
  Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, left + right));

/** Count, sum, max and percentiles of a stream of finite numbers, in buckets that grow by 2 %. */
export class Sketch {
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  /** Only those in use, which are few in most of the thousands of sketches that a month makes. */
  readonly #buckets = new Map<number, number>();

  /** How many buckets are in use. */
  get size(): number {
    return this.#buckets.size;
  }

  add(value: number): void {
    this.#count += 1;
    this.#sum = add(this.#sum, value);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#tally(keyOf(value), 1);
  }

  merge(other: Sketch): void {
    this.#count += other.#count;
    this.#sum = add(this.#sum, other.#sum);
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    for (const [key, count] of other.#buckets) this.#tally(key, count);
  }

  /** Undefined when nothing was added. */
  summary(): Summary | undefined {
    if (this.#count === 0) return undefined;
    return {
      count: this.#count,
      sum: this.#sum,
      max: this.#max,
      p50: this.#quantile(0.5),
      p95: this.#quantile(0.95),
    };
  }

  /** The value of nearest rank: the smallest that `share` of all values do not exceed. */
  #quantile(share: number): number {
    let left = Math.ceil(share * this.#count);
    const buckets = [...this.#buckets].sort(([one], [other]) => one - other);
    const [key] = buckets.find(([, count]) => {
      left -= count;
      return left <= 0;
    }) ?? [0];
    return Math.min(this.#max, Math.max(this.#min, representativeOf(key)));
  }

  #tally(key: number, count: number): void {
    this.#buckets.set(key, (this.#buckets.get(key) ?? 0) + count);
  }
}
