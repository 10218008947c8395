import { monitorEventLoopDelay } from "node:perf_hooks";

/** The part of Node's event loop delay histogram that is used. In nanoseconds. */
export interface DelayHistogram {
  readonly count: number;
  readonly max: number;
  percentile(percentile: number): number;
  reset(): void;
  enable(): unknown;
  disable(): unknown;
}

/** How long the loop kept what was due waiting. In milliseconds. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** How often Node samples the loop. Its histogram holds the time between samples, this included. */
export const resolutionMs = 20;

export const nodeHistogram = (): DelayHistogram =>
  monitorEventLoopDelay({ resolution: resolutionMs });

/**
 * What a round measured; undefined when it measured nothing.
 *
 * Nothing is sampled while the loop stands still, so a stall of half the round is one sample among
 * hundreds, and no percentile of the samples shows it. What falls due at any moment of a stall waits
 * for its end: a share `1 - q` of the round waited for at least `max - (1 - q) × round`.
 */
export const readDelays = (histogram: DelayHistogram, roundMs: number): Delays | undefined => {
  if (histogram.count === 0) return undefined;
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  const max = ms(histogram.max);
  const percentile = (percent: number): number =>
    Math.max(ms(histogram.percentile(percent)), max - ((100 - percent) * roundMs) / 100);
  return { p50: percentile(50), p99: percentile(99), max };
};
