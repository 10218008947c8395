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

/** Waits of one monitor. All that are under way end with it: nothing is left behind. */
export class Waits {
  readonly #clock: Clock;
  readonly #under = new Set<() => void>();
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Settles as the promise does; rejects when it has not after `deadlineMs`. What it answers later is ignored. */
  answered<T>(work: PromiseLike<T>, deadlineMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.#wait(deadlineMs, () =>
        reject(new Error(`There was no answer within ${deadlineMs} ms.`)),
      );
      work.then(
        (answer) => {
          stop();
          resolve(answer);
        },
        (cause: unknown) => {
          stop();
          reject(cause);
        },
      );
    });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wait(ms, resolve);
    });
  }

  /** Nobody waits any longer. */
  end(): void {
    this.#ended = true;
    for (const over of [...this.#under]) over();
  }

  #wait(ms: number, then: () => void): () => void {
    const over = (): void => {
      stop();
      then();
    };
    const stop = (): void => {
      timer.cancel();
      this.#under.delete(over);
    };
    const timer = this.#clock.setTimer(this.#ended ? 0 : ms, over);
    this.#under.add(over);
    return stop;
  }
}
