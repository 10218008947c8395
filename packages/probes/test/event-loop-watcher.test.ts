import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DelayHistogram, resolutionMs } from "../src/event-loop/delays.ts";
import { watchEventLoop } from "../src/event-loop/event-loop-watcher.ts";
import type { EventLoopWatcherOptions } from "../src/index.ts";
import { crowd, hour, minute, rig, second } from "./support.ts";

/** A histogram whose next round the test sets, in milliseconds of delay. */
const scripted = () => {
  let [p50, p99, max, count] = [0, 0, 0, 1];
  const calls: string[] = [];
  const nanoseconds = (ms: number) => (ms + resolutionMs) * 1e6;
  const histogram: DelayHistogram = {
    get count() {
      return count;
    },
    get max() {
      return nanoseconds(max);
    },
    percentile: (percent) => nanoseconds(percent === 50 ? p50 : p99),
    reset: () => void calls.push("reset"),
    enable: () => void calls.push("enable"),
    disable: () => void calls.push("disable"),
  };
  return {
    histogram: () => histogram,
    calls,
    /** Rounds measure this from now on. */
    measures: (delays: { p50?: number; p99: number; max?: number; count?: number }) => {
      p50 = delays.p50 ?? 0;
      p99 = delays.p99;
      max = delays.max ?? delays.p99;
      count = delays.count ?? 1;
    },
  };
};

const watch = (options: EventLoopWatcherOptions = {}) => {
  const made = rig();
  const { histogram, measures, calls } = scripted();
  const registration = watchEventLoop(made.monitor, options, histogram);
  return { ...made, registration, measures, calls };
};

describe("a slow event loop", () => {
  it("is told of when its p99 reaches the threshold, in seconds and without the sampling interval", async () => {
    const { clock, measures, news } = watch();
    measures({ p99: 199.9 });
    await clock.advance(10 * minute);
    expect(news()).toEqual([]);
    measures({ p50: 12.34, p99: 200, max: 310 });
    await clock.advance(30 * second);
    expect(news()).toMatchObject([
      {
        event_type: "performance_warning",
        level: "warning",
        message: "The event loop is slow: p99 200 ms, longest stall 310 ms",
        details: { host: expect.any(String), source: "event-loop", status: "slow" },
        metrics: {
          delay_p50_seconds: 0.0123,
          delay_p99_seconds: 0.2,
          delay_max_seconds: 0.31,
          threshold_seconds: 0.2,
        },
      },
    ]);
  });

  it("is told of once, however long it lasts, and again once an hour", async () => {
    const { clock, measures, messages } = watch();
    measures({ p99: 500 });
    await clock.advance(2.5 * hour);
    expect(messages()).toEqual([
      "The event loop is slow: p99 500 ms, longest stall 500 ms",
      "The event loop is still slow: p99 500 ms, longest stall 500 ms",
      "The event loop is still slow: p99 500 ms, longest stall 500 ms",
    ]);
  });

  it("is not called slow still while it is below the threshold, if not calm yet", async () => {
    const { clock, measures, messages } = watch({ thresholdMs: 200 });
    measures({ p99: 500 });
    await clock.advance(minute);
    expect(messages()).toHaveLength(1);
    measures({ p99: 190 });
    await clock.advance(3 * hour);
    expect(messages()).toHaveLength(1);
  });

  it("has recovered when it has kept clearly below the threshold for the cooldown", async () => {
    const { clock, measures, news } = watch({ thresholdMs: 100, everyMs: second });
    measures({ p99: 100 });
    await clock.advance(second);
    expect(news()).toHaveLength(1);
    measures({ p99: 79 });
    await clock.advance(4 * minute);
    measures({ p99: 80 }); // neither slow nor calm: the cooldown begins anew
    await clock.advance(second);
    measures({ p99: 5 });
    await clock.advance(5 * minute - second);
    expect(news()).toEqual([]);
    await clock.advance(second);
    expect(news()).toMatchObject([
      {
        level: "info",
        message: "The event loop has recovered: p99 5 ms, longest stall 5 ms",
        details: { status: "ok" },
      },
    ]);
    await clock.advance(hour);
    expect(news()).toEqual([]);
  });

  it("is told of after the next round when the monitor could take no event", async () => {
    const { clock, monitor, messages } = rig();
    const { histogram, measures } = scripted();
    const { crowded, disperse } = crowd(monitor);
    watchEventLoop(crowded, {}, histogram);
    measures({ p99: 500 });
    await clock.advance(5 * minute);
    disperse();
    await clock.advance(5 * minute);
    expect(messages()).toEqual(["The event loop is slow: p99 500 ms, longest stall 500 ms"]);
  });

  it("brings at most two events in a cooldown, however it wavers", async () => {
    const rounds = fc.array(fc.constantFrom(10, 79, 90, 100, 5_000), {
      minLength: 1,
      maxLength: 60,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(rounds, async (delays) => {
        const { clock, monitor, measures, news } = watch({
          thresholdMs: 100,
          everyMs: second,
          cooldownMs: 10 * second,
        });
        const told: number[] = [];
        for (const [round, p99] of delays.entries()) {
          measures({ p99 });
          await clock.advance(round === 0 ? 0 : second);
          for (const { level } of news()) {
            expect(level).toBe(told.length % 2 === 0 ? "warning" : "info");
            expect(p99 >= 100).toBe(level === "warning");
            told.push(round);
          }
        }
        const within = told.map((from) => told.filter((at) => at >= from && at < from + 10).length);
        expect(Math.max(0, ...within)).toBeLessThanOrEqual(2);
        await monitor.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe("what a round measures", () => {
  it("begins anew with each, and leaves out one in which nothing was measured", async () => {
    const { clock, measures, messages, calls } = watch();
    measures({ p99: 500, count: 0 });
    await clock.advance(hour);
    expect(messages()).toEqual([]);
    expect(calls.slice(0, 3)).toEqual(["enable", "reset", "reset"]);
  });

  it("counts a single long stall, though it is one sample among many", async () => {
    const { clock, measures, messages } = watch({ everyMs: 10 * second, thresholdMs: 400 });
    await clock.advance(0);
    measures({ p99: 3, max: 499 }); // 1 % of the round waited for 399 ms or longer
    await clock.advance(10 * second);
    expect(messages()).toEqual([]);
    measures({ p99: 3, max: 500 });
    await clock.advance(10 * second);
    expect(messages()).toEqual(["The event loop is slow: p99 400 ms, longest stall 500 ms"]);
  });

  it("is never less than nothing, though a sample may come early", async () => {
    const { clock, measures, events } = watch();
    await clock.advance(0);
    measures({ p50: -5, p99: 500 });
    await clock.advance(30 * second);
    expect(events()[0]?.metrics.delay_p50_seconds).toBe(0);
  });
});

describe("the watcher", () => {
  it("stops measuring when it is unregistered", async () => {
    const { clock, registration, measures, calls, events } = watch();
    expect(registration.name).toBe("event-loop-watcher");
    await registration.unregister();
    measures({ p99: 500 });
    await clock.advance(hour);
    expect(events()).toEqual([]);
    expect(calls).toEqual(["enable", "disable"]);
  });
});
