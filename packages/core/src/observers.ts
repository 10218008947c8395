import type { Problem, MonitorSignal } from "./signals.ts";

export type SignalListener = (signal: MonitorSignal) => void;

/** Who is told what happens. A listener that throws is reported, and told the next signal all the same. */
export class Observers {
  readonly #listeners = new Set<SignalListener>();
  readonly #report: (problem: Problem) => void;

  constructor(report: (problem: Problem) => void) {
    this.#report = report;
  }

  get any(): boolean {
    return this.#listeners.size > 0;
  }

  /** Answers how to stop. */
  add(listener: SignalListener): () => void {
    const own: SignalListener = (signal) => listener(signal);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(signal: MonitorSignal): void {
    for (const listener of this.#listeners) {
      try {
        listener(signal);
      } catch (cause) {
        // Not for a problem of a problem: a listener that throws at each would go round for ever.
        if (signal.kind === "problem") continue;
        this.#report({ code: "observer-threw", receiver: null, message: "An observer threw.", cause });
      }
    }
  }
}
