import type { MonitorEvent } from "../event.ts";
import type { Problem } from "../signals.ts";
import type { Accepted } from "../store/store.ts";
import { storeMissed } from "./store-problems.ts";

/** Events that the store has not got, and never will. */
export class Missed {
  readonly #events = new WeakSet<MonitorEvent>();
  #untold = 0;

  add(accepted: readonly Accepted[]): void {
    for (const { event } of accepted) this.#events.add(event);
    this.#untold += accepted.length;
  }

  has(event: MonitorEvent): boolean {
    return this.#events.has(event);
  }

  /** Tells a human how many there are since it was last told. */
  tell(report: (problem: Problem) => void): void {
    if (this.#untold > 0) report(storeMissed(this.#untold));
    this.#untold = 0;
  }
}
