import type { Random } from "../id.ts";
import type { BreakerState } from "../signals.ts";

export interface BreakerOptions {
  /** Failed attempts in a row that open it. */
  readonly failures: number;
  /** The first cooldown; each further one doubles, up to `maxCooldownMs`. */
  readonly cooldownMs: number;
  readonly maxCooldownMs: number;
}

/** Leave for one attempt; its result counts only while the breaker has not changed since. */
export interface Permit {
  readonly generation: number;
}

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
  #probing = false;

  constructor(options: BreakerOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** When an attempt may begin: `now`, the end of the cooldown, or Infinity while a probe is out. */
  freeAt(now: number): number {
    if (this.#state === "closed") return now;
    if (this.#probing) return Number.POSITIVE_INFINITY;
    return Math.max(now, this.#openUntil);
  }

  /** Ask `freeAt` first. */
  permit(): Permit {
    if (this.#state === "open") {
      this.#state = "half-open";
      this.#probing = true;
      this.#generation += 1;
    }
    return { generation: this.#generation };
  }

  /** The destination answered, whatever it said of this message. */
  success({ generation }: Permit): void {
    if (generation !== this.#generation) return;
    this.#failures = 0;
    if (this.#state === "closed") return;
    this.#openings = 0;
    this.#enter("closed");
  }

  failure({ generation }: Permit, now: number): void {
    if (generation !== this.#generation) return;
    this.#failures += 1;
    if (this.#state === "half-open" || this.#failures >= this.#options.failures) this.#open(now);
  }

  /** An error that says nothing of the destination: no reason to open, and none to trust a probe. */
  doubt({ generation }: Permit, now: number): void {
    if (generation === this.#generation && this.#state === "half-open") this.#open(now);
  }

  /** Opens at once: the destination is gone, or refuses us. */
  trip({ generation }: Permit, now: number): void {
    if (generation === this.#generation) this.#open(now);
  }

  /** The attempt ended without a word on the destination (our own abort): its slot is free again. */
  release({ generation }: Permit, now: number): void {
    if (generation !== this.#generation || this.#state !== "half-open") return;
    this.#openUntil = now;
    this.#enter("open");
  }

  #open(now: number): void {
    const { cooldownMs, maxCooldownMs } = this.#options;
    const cooldown = Math.min(maxCooldownMs, cooldownMs * 2 ** Math.min(this.#openings, 30));
    this.#openUntil = now + cooldown * (0.5 + this.#random() / 2);
    this.#openings += 1;
    this.#enter("open");
  }

  #enter(state: BreakerState): void {
    this.#state = state;
    this.#generation += 1;
    this.#failures = 0;
    this.#probing = false;
  }
}
