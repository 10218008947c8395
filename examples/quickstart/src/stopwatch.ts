import type { Emitter } from "@datasync-monitor/core";

export interface Stopwatch {
  /** The same emitter, timed. */
  readonly emitter: Emitter;
  /** What each call took, in milliseconds. */
  readonly durations: readonly number[];
}

/** Times what a caller waits: each `emitEvent`, and each `track` until its work begins. */
export const stopwatch = (emitter: Emitter): Stopwatch => {
  const durations: number[] = [];
  const note = (startedAt: number): void => {
    durations.push(performance.now() - startedAt);
  };
  const timed = (inner: Emitter): Emitter => ({
    emitEvent(input) {
      const startedAt = performance.now();
      const result = inner.emitEvent(input);
      note(startedAt);
      return result;
    },
    track(operation, work, options) {
      const startedAt = performance.now();
      return inner.track(
        operation,
        (run) => {
          note(startedAt);
          return work(run);
        },
        options,
      );
    },
    child: (bindings) => timed(inner.child(bindings)),
  });
  return { emitter: timed(emitter), durations };
};
