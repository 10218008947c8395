import { setImmediate as turn } from "node:timers/promises";
import type { Clock, Timer } from "@datasync-monitor/core";

export interface AdvanceOptions {
  /**
   * How many turns of the event loop must pass without a timer being set or called off before the
   * next timer fires. Default 12, enough for a promise chain and a yield by `setImmediate`; give
   * more where a real socket has to answer in between.
   */
  readonly turns?: number | undefined;
}

/** A clock that a test moves by hand. Wall and monotonic time move together, until `step()` parts them. */
export interface FakeClock extends Clock {
  /**
   * Moves both clocks, firing what falls due on the way: by due time, then in the order it was set,
   * each at its own moment. Promises and `setImmediate` callbacks run before the first timer and
   * after every one. Rejects with what a timer's callback throws.
   */
  advance(ms: number, options?: AdvanceOptions): Promise<void>;
  /** Moves the wall clock alone, backwards too, as an operator or NTP does. Fires nothing. */
  step(ms: number): void;
  /** Timers that are set and neither fired nor called off: 0 when nothing was left behind. */
  timers(): number;
}

interface Pending {
  readonly due: number;
  readonly callback: () => void;
}

const defaultStart = Date.parse("2025-08-29T10:30:00.000Z");

/** Monotonic time starts here: neither 0 nor the wall's, so that mixing the two up shows. */
const monotonicStart = 1_000;

/** Work that sets timers without end must not hang `advance()`. */
const mostTurns = 10_000;

/** @param startMs - Wall time to begin with. Default 2025-08-29T10:30:00.000Z, the moment of `sampleEvent()`. */
export const fakeClock = (startMs = defaultStart): FakeClock => {
  // A Set keeps the order in which timers were set, which breaks ties.
  const pending = new Set<Pending>();
  let monotonic = monotonicStart;
  let wall = startMs;
  let changes = 0;

  const moveTo = (moment: number): void => {
    wall += moment - monotonic;
    monotonic = moment;
  };

  const settle = async (turns: number): Promise<void> => {
    let seen = changes;
    for (let quiet = 0, all = 0; quiet < turns && all < mostTurns; all += 1) {
      await turn();
      quiet = changes === seen ? quiet + 1 : 0;
      seen = changes;
    }
  };

  const nextDue = (until: number): Pending | undefined => {
    let first: Pending | undefined;
    for (const timer of pending) {
      if (timer.due <= until && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  };

  const setTimer = (delayMs: number, callback: () => void): Timer => {
    const delay = Number.isNaN(delayMs) ? 0 : Math.max(0, delayMs);
    const timer: Pending = { due: monotonic + delay, callback };
    pending.add(timer);
    changes += 1;
    return {
      cancel: () => {
        if (pending.delete(timer)) changes += 1;
      },
    };
  };

  return {
    now: () => wall,
    monotonic: () => monotonic,
    setTimer,
    async advance(ms, { turns = 12 } = {}) {
      if (!(ms >= 0))
        throw new RangeError("advance() goes forward only; step() moves the wall clock back.");
      const target = monotonic + ms;
      await settle(turns);
      for (let timer = nextDue(target); timer !== undefined; timer = nextDue(target)) {
        pending.delete(timer);
        moveTo(Math.max(monotonic, timer.due));
        timer.callback();
        await settle(turns);
      }
      moveTo(target);
    },
    step(ms) {
      wall += ms;
    },
    timers: () => pending.size,
  };
};
