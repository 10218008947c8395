import type { Clock } from "@datasync-monitor/core";

/** How one guarded call ended. */
export type Answer<T> = { readonly durationMs: number } & (
  | { readonly kind: "answered"; readonly value: T }
  | { readonly kind: "threw"; readonly error: unknown }
  /** It had not settled by its deadline, or when the probe was stopped. */
  | { readonly kind: "late" }
  /** An earlier call has not settled yet, so this one was not made. */
  | { readonly kind: "busy" }
);

export interface GuardOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly stopping: AbortSignal;
}

type Work<T> = (signal: AbortSignal) => T | PromiseLike<T>;

/** Calls what may throw, settle late or never: one call at a time, each under a deadline. */
export class Guard<T> {
  readonly #work: Work<T>;
  readonly #options: GuardOptions;
  #runningSince: number | undefined;

  constructor(work: Work<T>, options: GuardOptions) {
    this.#work = work;
    this.#options = options;
  }

  /** Never rejects. What a late call answers in the end is nobody's. */
  async call(): Promise<Answer<T>> {
    const { clock } = this.#options;
    const now = clock.monotonic();
    if (this.#runningSince !== undefined)
      return { kind: "busy", durationMs: now - this.#runningSince };
    this.#runningSince = now;
    const controller = new AbortController();
    const deadline = this.#deadline(controller);
    try {
      return await Promise.race([this.#settled(controller.signal, now), deadline.passed]);
    } finally {
      deadline.callOff();
    }
  }

  async #settled(signal: AbortSignal, startedAt: number): Promise<Answer<T>> {
    const { clock } = this.#options;
    try {
      const value = await this.#work(signal);
      return { kind: "answered", value, durationMs: clock.monotonic() - startedAt };
    } catch (error) {
      return { kind: "threw", error, durationMs: clock.monotonic() - startedAt };
    } finally {
      this.#runningSince = undefined;
    }
  }

  #deadline(controller: AbortController) {
    const { clock, timeoutMs, stopping } = this.#options;
    let callOff = () => {};
    const passed = new Promise<Answer<T>>((resolve) => {
      const giveUp = (reason: unknown) => {
        // First: what the abort makes the work throw is no longer an answer.
        resolve({ kind: "late", durationMs: timeoutMs });
        controller.abort(reason);
      };
      const stop = () => giveUp(stopping.reason);
      const timer = clock.setTimer(timeoutMs, () =>
        giveUp(new DOMException(`There was no answer within ${timeoutMs} ms.`, "TimeoutError")),
      );
      stopping.addEventListener("abort", stop, { once: true });
      callOff = () => {
        timer.cancel();
        stopping.removeEventListener("abort", stop);
      };
    });
    return { passed, callOff };
  }
}
