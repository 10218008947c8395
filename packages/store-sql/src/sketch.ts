import type { Summary } from "@datasync-monitor/core";
import { isPacked, packNumbers, unpackNumbers } from "./digits.ts";

/** Every value is at most 1 % away from its bucket's representative. */
const accuracy = 0.01;
const growth = (1 + accuracy) / (1 - accuracy);
const logGrowth = Math.log(growth);

/** Magnitudes outside this range count as the nearest within, so that the buckets are bounded. */
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

/** Below every key, so that the distance to the first is a whole number too. */
const beforeAll = -powerOf(largest) - shift - 1;

/**
 * Count, sum, min and max; then of each bucket in use its distance from the one before, and how many
 * values it holds, packed: a month of hours is read for one answer.
 */
export type SketchJson = readonly [number, number, number, number, string];

/**
 * Count, sum, max and percentiles of a stream of finite numbers, in buckets that grow by 2 %. Two of
 * them merge into what one over both streams would be, so an hour can be written by many processes.
 */
export class Sketch {
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  readonly #buckets = new Map<number, number>();

  add(value: number): void {
    const key = keyOf(value);
    this.#include(1, value, value, value);
    this.#buckets.set(key, (this.#buckets.get(key) ?? 0) + 1);
  }

  merge([count, sum, min, max, buckets]: SketchJson): void {
    this.#include(count, sum, min, max);
    let key = beforeAll;
    let isKey = false;
    unpackNumbers(buckets, (value) => {
      isKey = !isKey;
      if (isKey) key += value;
      else this.#buckets.set(key, (this.#buckets.get(key) ?? 0) + value);
    });
  }

  toJSON(): SketchJson {
    let before = beforeAll;
    const buckets = this.#sorted().flatMap(([key, count]) => {
      const distance = key - before;
      before = key;
      return [distance, count];
    });
    return [this.#count, this.#sum, this.#min, this.#max, packNumbers(buckets)];
  }

  /** Undefined when nothing was added. */
  summary(): Summary | undefined {
    if (this.#count === 0) return undefined;
    const sorted = this.#sorted();
    return {
      count: this.#count,
      sum: this.#sum,
      max: this.#max,
      p50: this.#quantile(sorted, 0.5),
      p95: this.#quantile(sorted, 0.95),
    };
  }

  #sorted(): readonly (readonly [key: number, count: number])[] {
    return [...this.#buckets].sort(([left], [right]) => left - right);
  }

  #include(count: number, sum: number, min: number, max: number): void {
    this.#count += count;
    this.#sum = add(this.#sum, sum);
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
  }

  /** The value of nearest rank: the smallest that `share` of all values do not exceed. */
  #quantile(sorted: readonly (readonly [number, number])[], share: number): number {
    let left = Math.ceil(share * this.#count);
    const bucket = sorted.find(([, count]) => {
      left -= count;
      return left <= 0;
    });
    const value = representativeOf(bucket?.[0] ?? 0);
    return Math.min(this.#max, Math.max(this.#min, value));
  }
}

/** Whether a stored value is a sketch: a damaged one must not poison a sum. */
export const isSketch = (value: unknown): value is SketchJson =>
  Array.isArray(value) &&
  value.length === 5 &&
  value.slice(0, 4).every((part) => typeof part === "number") &&
  isPacked(value[4]);
