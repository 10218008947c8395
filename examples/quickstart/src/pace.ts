import { setTimeout } from "node:timers/promises";

/** Waits; ends early, without an error, once the signal aborts. */
export const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
};

/** Does the work again and again, with a pause of `ms` before each time, until the signal aborts. */
export const every = async (
  ms: number,
  signal: AbortSignal,
  work: () => unknown,
): Promise<void> => {
  while (!signal.aborted) {
    await sleep(ms, signal);
    if (!signal.aborted) await work();
  }
};

/** Waits until the condition holds. */
export const until = async (condition: () => boolean, signal: AbortSignal): Promise<void> => {
  while (!condition() && !signal.aborted) await sleep(5, signal);
};
