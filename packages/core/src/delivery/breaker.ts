import type { Random } from "../id.ts";
import type { BreakerState } from "../signals.ts";

export interface BreakerOptions {
  /** Failed attempts in a row that open it. */
  readonly failures: number;
  /** The first cooldown; each further one doubles, up to `maxCooldownMs`. */
  readonly cooldownMs: number;
  readonly maxCooldownMs: number;
}

/** How an attempt ended, as far as the destination goes. */
export type Answered = "alive" | "failed" | "refused" | "unclear" | "unsaid";

/**
 * Stops attempts at a destination that fails, and lets one through after each cooldown. Told the
 * time; a result that belongs to an earlier state is ignored.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #random: Random;
  #state: BreakerState = "closed";
  #generation = 0;
  #failures = 0;
  #openings = 0;
  #openUntil = 0;

  constructor(options: BreakerOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** When an attempt may begin: `now`, the end of the cooldown, or Infinity while a probe is out. */
  freeAt(now: number): number {
    if (this.#state === "half-open") return Number.POSITIVE_INFINITY;
    return this.#state === "closed" ? now : Math.max(now, this.#openUntil);
  }

  /** Leave for one attempt, whose result counts only while the state has not changed since. Ask `freeAt` first. */
  permit(): number {
    if (this.#state === "open") this.#enter("half-open");
    return this.#generation;
  }

  /** Takes note of how an attempt ended; answers whether that changed the state. */
  note(permit: number, answered: Answered, now: number): boolean {
    if (permit !== this.#generation) return false;
    const isProbe = this.#state === "half-open";
    if (answered === "alive") {
      // It answered, whatever it said of this message.
      this.#failures = 0;
      this.#openings = 0;
      if (isProbe) this.#enter("closed");
    } else if (answered === "unsaid") {
      // Our own abort: the slot of a probe is free again.
      this.#openUntil = now;
      if (isProbe) this.#enter("open");
    } else {
      // What is unclear says nothing of the destination: no reason to open, and none to trust a probe.
      if (answered === "failed") this.#failures += 1;
      if (isProbe || answered === "refused" || this.#failures >= this.#options.failures)
        this.#open(now);
    }
    return permit !== this.#generation;
  }

  #open(now: number): void {
    const { cooldownMs, maxCooldownMs } = this.#options;
    const cooldown = Math.min(maxCooldownMs, cooldownMs * 2 ** Math.min(this.#openings, 30));
    // At most a quarter is taken off: probes at less than 1, 3 and 7 s find what is back after 5 s within 2.
    this.#openUntil = now + cooldown * (0.75 + this.#random() / 4);
    this.#openings += 1;
    this.#enter("open");
  }

  #enter(state: BreakerState): void {
    this.#state = state;
    this.#generation += 1;
    this.#failures = 0;
  }
}
