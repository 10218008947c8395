import { equal, ok } from "node:assert/strict";
import type { AttemptOutcome, BreakerState } from "../../../src/signals.ts";

export interface BreakerModelOptions {
  readonly failures: number;
  readonly cooldownMs: number;
}

/** No cooldown is longer, however often it doubled. */
const longestMs = 30_000;

const kindOf = (outcome: AttemptOutcome): "alive" | "failed" | "refused" | "unclear" | "unsaid" => {
  if (outcome === "unavailable" || outcome === "ambiguous") return "failed";
  if (outcome === "endpoint" || outcome === "config") return "refused";
  if (outcome === "unknown") return "unclear";
  return outcome === "aborted" ? "unsaid" : "alive";
};

/** A breaker as its documentation tells it: what it may let through, and when, by any jitter. */
export class BreakerModel {
  state: BreakerState = "closed";
  /** When the cooldown is over at the earliest and at the latest. */
  earliest = 0;
  latest = 0;
  readonly #options: BreakerModelOptions;
  /** Counts changes of state: an answer to what began before one says nothing. */
  #epoch = 0;
  #failures = 0;
  #openings = 0;

  constructor(options: BreakerModelOptions) {
    this.#options = options;
  }

  /** A send begins, or must not. Answers to which epoch it belongs. */
  begin(now: number): number {
    ok(this.state !== "half-open", "a second probe, while the first has not ended");
    if (this.state === "open") {
      ok(now >= this.earliest, `a probe ${this.earliest - now} ms before the cooldown is over`);
      this.#enter("half-open");
    }
    return this.#epoch;
  }

  end(epoch: number, outcome: AttemptOutcome, now: number): void {
    if (epoch !== this.#epoch) return;
    const kind = kindOf(outcome);
    const probe = this.state === "half-open";
    if (kind === "alive") {
      this.#failures = 0;
      if (probe) this.#close();
    } else if (kind === "unsaid") {
      if (probe) this.#open(now, 0);
    } else {
      if (kind === "failed") this.#failures += 1;
      const enough = kind === "refused" || this.#failures >= this.#options.failures;
      if (probe || enough) this.#open(now, this.#nextCooldown());
    }
  }

  /** Whether it certainly lets a send through now. */
  free(now: number): boolean {
    return this.state === "closed" || (this.state === "open" && now >= this.latest);
  }

  expect(state: BreakerState | null): void {
    equal(state, this.state, "the breaker");
  }

  #nextCooldown(): number {
    const cooldown = Math.min(longestMs, this.#options.cooldownMs * 2 ** this.#openings);
    this.#openings += 1;
    return cooldown;
  }

  #open(now: number, cooldownMs: number): void {
    this.earliest = now + cooldownMs * 0.75;
    this.latest = now + cooldownMs;
    this.#enter("open");
  }

  #close(): void {
    this.#openings = 0;
    this.#enter("closed");
  }

  #enter(state: BreakerState): void {
    this.state = state;
    this.#epoch += 1;
    this.#failures = 0;
  }
}
