import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";

/** How long anything may take that nobody aborts. */
export const patienceMs = 10_000;

/** How soon "soon after the abort" is. */
export const soonMs = 1000;

/** @throws Error with `broken`, which says what was promised and what was seen. */
export function check(kept: boolean, broken: string, cause?: unknown): asserts kept {
  if (!kept) throw new Error(broken, cause === undefined ? undefined : { cause });
}

const tickMs = 10;

/** Time that this process had: on a busy machine the clock runs on while it gets none. */
const passed = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  for (let left = milliseconds; left > 0; left -= tickMs)
    await sleep(tickMs, undefined, { signal });
};

/** The promise, or an error that says what did not settle in time. */
export const within = async <T>(
  milliseconds: number,
  what: string,
  promise: T | Promise<T>,
): Promise<T> => {
  const given = new AbortController();
  const late = passed(milliseconds, given.signal).then(() => {
    throw new Error(`${what} did not settle within ${milliseconds} ms.`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    given.abort();
    late.catch(() => {}); // it rejects with the abort that just ended it
  }
};

/** Asks every 10 ms until it holds; false when it does not within `milliseconds`. */
export const eventually = async (holds: () => boolean, milliseconds: number): Promise<boolean> => {
  for (let left = milliseconds; !holds(); left -= tickMs) {
    if (left <= 0) return false;
    await sleep(tickMs);
    await turn(); // until then the timer that woke us counts as open
  }
  return true;
};
