import type { Clock } from "../clock.ts";

/** Settles with the promise, or after `deadlineMs`, whichever is first. Never rejects. */
export const within = (
  work: PromiseLike<unknown>,
  deadlineMs: number,
  clock: Clock,
): Promise<void> =>
  new Promise((resolve) => {
    const timer = clock.setTimer(deadlineMs, resolve);
    const done = () => {
      timer.cancel();
      resolve();
    };
    work.then(done, done);
  });
