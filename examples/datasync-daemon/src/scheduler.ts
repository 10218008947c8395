import { type Clock, systemClock, type Timer } from "@datasync-monitor/core";

export interface SchedulerOptions {
  readonly clock?: Clock | undefined;
  /** Told of a run that failed; the next one comes all the same. */
  readonly onFailure?: ((job: string, error: unknown) => void) | undefined;
}

export interface Job {
  readonly name: string;
  /** From the end of one run to the beginning of the next. */
  readonly everyMs: number;
  /** Ends soon after the signal aborts, at a point from where the next run can go on. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}

/** Runs jobs again and again, one at a time: a cleanup must not judge a table that a sync has half filled. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #onFailure: (job: string, error: unknown) => void;
  readonly #stopping = new AbortController();
  readonly #timers = new Set<Timer>();
  /** Settles when the last run that is asked for has ended. */
  #queue: Promise<void> = Promise.resolve();

  constructor({ clock = systemClock, onFailure = () => {} }: SchedulerOptions = {}) {
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** The first run begins as soon as those before it have ended. */
  add(job: Job): void {
    this.#queue = this.#queue.then(() => this.#run(job));
  }

  /** Begins no run any more, and waits for the one under way; false when it outlives the deadline. */
  async stop({ deadlineMs }: { readonly deadlineMs: number }): Promise<boolean> {
    this.#stopping.abort();
    for (const timer of this.#timers) timer.cancel();
    return new Promise((resolve) => {
      const deadline = this.#clock.setTimer(deadlineMs, () => resolve(false));
      void this.#queue.then(() => {
        deadline.cancel();
        resolve(true);
      });
    });
  }

  async #run(job: Job): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    try {
      await job.run(signal);
    } catch (error) {
      this.#onFailure(job.name, error);
    }
    if (signal.aborted) return;
    const timer = this.#clock.setTimer(job.everyMs, () => {
      this.#timers.delete(timer);
      this.add(job);
    });
    this.#timers.add(timer);
  }
}
