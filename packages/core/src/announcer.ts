import { type Clock, isoTime } from "./clock.ts";
import { ConfigError } from "./errors.ts";
import { nothingLeft, type Registration, registrationOf } from "./registration.ts";
import type { MonitorSignal, Problem } from "./signals.ts";
import type { RecentProblem } from "./status.ts";
import { singleLine, truncate } from "./text.ts";
import { shield } from "./thenable.ts";

export type SignalListener = (signal: MonitorSignal) => void;

const maxRecent = 20;

/** Tells observers what happens, and `onProblem` what a human may want to know. None of them can break anything. */
export class Announcer {
  readonly #clock: Clock;
  /** Asked at each problem: the global monitor may be given another. */
  readonly #onProblem: () => (problem: Problem) => void;
  readonly #listeners = new Set<SignalListener>();
  readonly #recent: RecentProblem[] = [];

  constructor(clock: Clock, onProblem: () => (problem: Problem) => void) {
    this.#clock = clock;
    this.#onProblem = onProblem;
  }

  /** Whether anybody observes; without, signals of single events are not made. */
  get observed(): boolean {
    return this.#listeners.size > 0;
  }

  /** The last 20 problems, oldest first. */
  get recent(): readonly RecentProblem[] {
    return [...this.#recent];
  }

  /** Answers how to stop. */
  add(listener: SignalListener): () => void {
    const own: SignalListener = (signal) => listener(signal);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** The same, as who observes from outside holds it. */
  register(listener: SignalListener): Registration {
    if (typeof listener !== "function")
      throw new ConfigError(
        "listener",
        "observe() takes a function that is called with each signal.",
      );
    const stop = this.add(listener);
    return registrationOf("observer", async () => {
      stop();
      return nothingLeft;
    });
  }

  readonly signal = (signal: MonitorSignal): void => {
    for (const listener of this.#listeners)
      shield(
        () => listener(signal),
        (cause) => this.#observerThrew(signal, cause),
      );
  };

  readonly report = ({ code, receiver, message, cause }: Problem): void => {
    const safe = { code, receiver, message: truncate(singleLine(message), 500) };
    this.#recent.push({ ...safe, at: isoTime(this.#clock.now()) });
    if (this.#recent.length > maxRecent) this.#recent.shift();
    // What `onProblem` throws is its owner's; there is nobody left to tell.
    shield(
      () => this.#onProblem()({ ...safe, cause }),
      () => {},
    );
    this.signal({ kind: "problem", problem: safe });
  };

  #observerThrew(signal: MonitorSignal, cause: unknown): void {
    // Not for a problem itself: a listener that throws at each would go round for ever.
    if (signal.kind === "problem") return;
    const message = "An observer threw; it is told the next signal all the same.";
    this.report({ code: "observer-threw", receiver: null, message, cause });
  }
}
