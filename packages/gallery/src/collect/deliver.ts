import { createMonitor, type Locale, type Monitor } from "@datasync-monitor/core";
import { checkBooks, fakeClock } from "@datasync-monitor/testkit";
import type { Sample } from "../samples/samples.ts";
import type { Arrival, Exhibitor } from "./stall.ts";

/** One sample at one destination, in one language. */
export interface Exhibit {
  readonly exhibitor: string;
  readonly locale: Locale;
  readonly sample: Sample;
  readonly arrivals: readonly Arrival[];
}

/** Between two samples: longer than any vendor's rate limit looks back, and not a round number. */
const paceMs = 97_421;

/** The same numbers every time (mulberry32), so that ids are too. */
const seeded = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Rejects at the first attempt that fails: on a clock that stands still a retry would never come. */
const refusal = (monitor: Monitor): Promise<never> =>
  new Promise((_, reject) => {
    monitor.observe((signal) => {
      if (signal.kind !== "attempt" || signal.outcome === "delivered") return;
      reject(new Error(`${signal.receiver} was refused: ${signal.outcome}`));
    });
  });

/**
 * Sends each sample through a monitor of its own clock, as a service would, and looks at what arrived.
 *
 * @throws Error when a destination refuses a sample, or it never arrives.
 */
export const deliver = async (
  exhibitor: Exhibitor,
  locale: Locale,
  samples: readonly Sample[],
): Promise<readonly Exhibit[]> => {
  const stall = await exhibitor.open(locale);
  const clock = fakeClock();
  const monitor = createMonitor({
    service: "datasync",
    locale,
    timeZone: "Asia/Shanghai",
    clock,
    random: seeded(20_250_829),
    onProblem: () => {}, // told by `refusal`
  });
  const refused = refusal(monitor);
  refused.catch(() => {}); // nobody may be waiting for it any more
  try {
    monitor.registerNotifier(stall.notifier);
    const exhibits: Exhibit[] = [];
    for (const sample of samples) {
      for (const event of sample.events) {
        const taken = monitor.emitEvent(event);
        if (!taken.ok) throw new Error(`${sample.id} was not taken: ${taken.problem}`);
      }
      await Promise.race([monitor.flush(), refused]);
      const arrivals = await stall.take();
      if (arrivals.length === 0) throw new Error(`${sample.id} did not reach ${exhibitor.name}`);
      exhibits.push({ exhibitor: exhibitor.name, locale, sample, arrivals });
      await clock.advance(paceMs);
    }
    checkBooks(monitor.stats());
    return exhibits;
  } finally {
    await monitor.close({ deadlineMs: 0 });
    await stall.close();
  }
};
