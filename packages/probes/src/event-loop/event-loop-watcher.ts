import type { Monitor, Registration } from "@datasync-monitor/core";
import { attachProbe, type Surroundings } from "../probe.ts";
import { type DelayHistogram, nodeHistogram, readDelays } from "./delays.ts";
import { Episode } from "./episode.ts";
import { eventLoopEvent } from "./event.ts";
import { type EventLoopSettings, type EventLoopWatcherOptions, readOptions } from "./options.ts";

const rounds = (
  settings: EventLoopSettings,
  { host, clock, stopping, emit }: Surroundings,
  histogram: DelayHistogram,
) => {
  const episode = new Episode(settings);
  let startedAt = clock.monotonic();
  histogram.enable();
  stopping.addEventListener("abort", () => histogram.disable(), { once: true });
  return (): void => {
    const now = clock.monotonic();
    const delays = readDelays(histogram, now - startedAt);
    const news = delays && episode.news(delays.p99, startedAt, now);
    histogram.reset();
    startedAt = now;
    if (!delays || !news) return;
    if (emit(eventLoopEvent(news, delays, settings.thresholdMs, host.locale)))
      episode.told(news, now);
  };
};

/** @param histogram - Makes what measures the loop. */
export const watchEventLoop = (
  monitor: Pick<Monitor, "attach" | "emitEvent">,
  options: EventLoopWatcherOptions,
  histogram: () => DelayHistogram,
): Registration => {
  const settings = readOptions(options);
  return attachProbe(monitor, {
    id: "event-loop-watcher",
    everyMs: settings.everyMs,
    start: (around) => rounds(settings, around, histogram()),
  });
};

/**
 * Measures how long the event loop keeps what is due waiting, and emits a `performance_warning` event
 * when that is slow, and one when it has recovered.
 *
 * @throws ConfigError when an option is wrong, or the monitor is closed.
 */
export const eventLoopWatcher = (
  monitor: Pick<Monitor, "attach" | "emitEvent">,
  options: EventLoopWatcherOptions = {},
): Registration => watchEventLoop(monitor, options, nodeHistogram);
