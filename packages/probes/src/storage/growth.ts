const hourMs = 3_600_000;
/** From less nothing is concluded: a minute's burst would fill any disk by tomorrow. */
const leastSpanMs = 5 * 60_000;
const mostSamples = 60;

interface Sample {
  readonly at: number;
  readonly usedBytes: number;
}

/** How fast something grew of late: the line that fits the samples of a window best. */
export class Growth {
  readonly #windowMs: number;
  #samples: readonly Sample[] = [];

  /** @param everyMs - How often a sample comes. The window is an hour, or what four samples take. */
  constructor(everyMs: number) {
    this.#windowMs = Math.max(hourMs, 4 * everyMs);
  }

  add(at: number, usedBytes: number): void {
    const recent = this.#samples.filter((sample) => sample.at >= at - this.#windowMs);
    const [last, beforeLast] = [recent.at(-1), recent.at(-2)];
    const spacing = this.#windowMs / mostSamples;
    const crowded = last && beforeLast && last.at - beforeLast.at < spacing;
    this.#samples = [...(crowded ? recent.slice(0, -1) : recent), { at, usedBytes }];
  }

  clear(): void {
    this.#samples = [];
  }

  bytesPerHour(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at - first.at < leastSpanMs) return undefined;
    const mean = (of: (sample: Sample) => number): number =>
      this.#samples.reduce((sum, sample) => sum + of(sample), 0) / this.#samples.length;
    const at = mean((sample) => sample.at);
    const used = mean((sample) => sample.usedBytes);
    const covariance = mean((sample) => (sample.at - at) * (sample.usedBytes - used));
    return (covariance / mean((sample) => (sample.at - at) ** 2)) * hourMs;
  }
}
