import { setImmediate } from "node:timers";

/** A timer that can be called off. Cancelling twice does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * Time, as an argument. Timers never hold the process: whoever must be waited for says so itself.
 * `@datasync-monitor/testkit` has one that a test moves by hand.
 */
export interface Clock {
  /** Wall time in milliseconds since the epoch. May step; used for stamps only. */
  now(): number;
  /** Milliseconds that never go back. All waits are reckoned in these. */
  monotonic(): number;
  /** Runs `callback` once, after at least `delayMs`, however long that is. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** RFC 3339, UTC. */
export const isoTime = (at: number): string => new Date(at).toISOString();

/** `setTimeout` fires at once beyond 2^31-1 ms, so longer waits are taken in chunks. */
const longestWait = 2 ** 31 - 1;

const wait = (delayMs: number, callback: () => void): Timer => {
  let left = Number.isNaN(delayMs) ? 0 : Math.max(0, delayMs);
  let handle: NodeJS.Timeout;
  const arm = () => {
    const chunk = Math.min(left, longestWait);
    left -= chunk;
    handle = setTimeout(() => (left > 0 ? arm() : callback()), Math.ceil(chunk));
    handle.unref();
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
};

/**
 * Runs it in the next pass of the event loop. Kept from the start: it is no wait, and where a test fakes the timers
 * of its process, events are delivered all the same, then and when it has given them back.
 */
export const nextTurn: (callback: () => void) => void = setImmediate;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: wait,
};
