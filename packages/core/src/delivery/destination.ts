import type { Clock } from "../clock.ts";
import type { Random } from "../id.ts";
import type { RateLimit } from "../notifier.ts";
import type { BreakerState } from "../signals.ts";
import { Breaker, type BreakerOptions, type Permit } from "./breaker.ts";
import { RateLimiter } from "./rate-limit.ts";

/** How an attempt ended, as far as the destination goes. */
export type Answered = "alive" | "failed" | "refused" | "unsaid";

/** What receivers with one `destinationKey` share: limits, pause and breaker. Told the time. */
export class Destination {
  readonly #limiter = new RateLimiter();
  readonly #breaker: Breaker | null;
  readonly #members = new Set<() => void>();
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(breaker: BreakerOptions | null, random: Random) {
    this.#breaker = breaker === null ? null : new Breaker(breaker, random);
  }

  /** Joins with the limits one keeps; `wake` is called when a wait ended early. Answers how to leave. */
  join(limits: readonly RateLimit[], wake: () => void): () => void {
    this.#limiter.add(limits);
    this.#members.add(wake);
    return () => this.#members.delete(wake);
  }

  get abandoned(): boolean {
    return this.#members.size === 0;
  }

  get breakerState(): BreakerState | null {
    return this.#breaker?.state ?? null;
  }

  /** Monotonic; in the past when it is not paused. */
  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /** When an attempt may begin: `now` or later; Infinity while another's probe is out. */
  freeAt(now: number): number {
    const open = this.#breaker?.freeAt(now) ?? now;
    return Math.max(open, this.#pausedUntil, this.#limiter.freeAt(now));
  }

  /** Counts an attempt that begins now. Ask `freeAt` first. */
  enter(now: number): Permit | null {
    this.#limiter.take(now);
    return this.#breaker?.permit() ?? null;
  }

  /** Takes note of how an attempt ended; answers whether the breaker changed its state. */
  leave(permit: Permit | null, answered: Answered, now: number): boolean {
    const breaker = this.#breaker;
    if (breaker === null || permit === null) return false;
    const before = breaker.state;
    if (answered === "alive") breaker.success(permit);
    else if (answered === "failed") breaker.failure(permit, now);
    else if (answered === "refused") breaker.trip(permit, now);
    else breaker.release(permit, now);
    if (breaker.state === before) return false;
    this.#wakeAll();
    return true;
  }

  /** Nothing is sent before `until`, by nobody who shares this destination. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  #wakeAll(): void {
    for (const wake of [...this.#members]) wake();
  }
}

/** Destinations of this process, by the clock they are told the time of, then by key. */
const shared = new WeakMap<Clock, Map<string, Destination>>();

export interface DestinationUse {
  readonly destination: Destination;
  leave(): void;
}

/** The destination of that key, made on first use and forgotten after its last user; a private one without a key. */
export const useDestination = (
  key: string | undefined,
  options: {
    clock: Clock;
    random: Random;
    breaker: BreakerOptions | null;
    limits: readonly RateLimit[];
  },
  wake: () => void,
): DestinationUse => {
  const known = shared.get(options.clock) ?? new Map<string, Destination>();
  shared.set(options.clock, known);
  const found = key === undefined ? undefined : known.get(key);
  const destination = found ?? new Destination(options.breaker, options.random);
  if (key !== undefined) known.set(key, destination);
  const part = destination.join(options.limits, wake);
  return {
    destination,
    leave: () => {
      part();
      if (key !== undefined && destination.abandoned && known.get(key) === destination)
        known.delete(key);
    },
  };
};
