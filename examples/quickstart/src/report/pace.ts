import type { MonitorEvent } from "@datasync-monitor/core";
import type { Outage } from "../outages.ts";
import type { Evidence } from "./evidence.ts";

const ms = (value: number): string => `${value.toFixed(2)} ms`;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const secondsOfSyncs = (events: readonly MonitorEvent[]): readonly (readonly [number, number])[] =>
  events.flatMap(({ event_type, timestamp, metrics }) =>
    event_type === "sync_success" && metrics.duration_seconds !== undefined
      ? [[Date.parse(timestamp), metrics.duration_seconds] as const]
      : [],
  );

/** The median sync, in milliseconds: while all destinations answered, and while one was gone. */
const medianSyncs = (events: readonly MonitorEvent[], outages: readonly Outage[]) => {
  const isDown = (at: number): boolean =>
    outages.some(({ from, until }) => at >= from && at <= until);
  const syncs = secondsOfSyncs(events);
  const typical = (down: boolean): string => {
    const seconds = syncs.filter(([at]) => isDown(at) === down).map(([, taken]) => taken);
    return seconds.length === 0 ? "none" : ms(1_000 * median(seconds));
  };
  return { calm: typical(false), down: typical(true) };
};

/** How often the loop is sampled; what a sample takes beyond that is delay. */
export const sampleMs = 10;

const delay = (ns: number): string => ms(Math.max(0, ns / 1e6 - sampleMs));

/** Whether the service felt any of it. */
export const printPace = (
  { loop, watch: { durations }, progress, outages }: Evidence,
  events: readonly MonitorEvent[],
): void => {
  const { calm, down } = medianSyncs(events, outages);
  const [p50, p99, most] = [loop.percentile(50), loop.percentile(99), loop.max].map(delay);
  progress.heading("Did the service feel any of it?");
  progress.print(
    [
      `  emitEvent           median ${ms(median(durations))}, longest ${ms(Math.max(...durations))}, of ${durations.length} calls`,
      `  event loop delay    p50 ${p50}, p99 ${p99}, max ${most}; the stand-ins run on this loop too`,
      `  median sync         ${calm} while all answered, ${down} while one was gone`,
      ...[...progress.digests].map(
        ([name, sizes]) => `  ${`digests, ${name}`.padEnd(19)} ${sizes.join(", ") || "no"} events`,
      ),
    ].join("\n"),
  );
};
