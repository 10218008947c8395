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

/** Settles as the promise does; rejects when it has not after `deadlineMs`. What it answers later is ignored. */
export const answered = <T>(work: PromiseLike<T>, deadlineMs: number, clock: Clock): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = clock.setTimer(deadlineMs, () => {
      reject(new Error(`There was no answer within ${deadlineMs} ms.`));
    });
    work.then(
      (answer) => {
        timer.cancel();
        resolve(answer);
      },
      (cause: unknown) => {
        timer.cancel();
        reject(cause);
      },
    );
  });

export const sleep = (ms: number, clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
