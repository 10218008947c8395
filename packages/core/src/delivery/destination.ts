import type { Clock } from "../clock.ts";
import type { Random } from "../id.ts";
import type { RateLimit } from "../notifier.ts";
import type { BreakerState } from "../signals.ts";
import { type Answered, Breaker, type BreakerOptions } from "./breaker.ts";
import { RateLimiter, type RequestSlot } from "./rate-limit.ts";

/** Called when a wait may have ended early; `recovered`: the breaker has just closed. */
export type Wake = (recovered: boolean) => void;

/** One attempt, from `enter` to `leave`. */
export interface Visit extends RequestSlot {
  readonly permit: number;
}

/** What receivers with one `destinationKey` share: limits, pause and breaker. Told the time. */
export class Destination {
  readonly #limiter = new RateLimiter();
  readonly #breaker: Breaker | null;
  readonly #members = new Set<Wake>();
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** It asked for rest, and nobody has asked it since. */
  #rests = false;
  /** The one attempt that asks after a rest; the others wait for what it hears. */
  #scout: Visit | undefined;

  constructor(breaker: BreakerOptions | null, random: Random) {
    this.#breaker = breaker === null ? null : new Breaker(breaker, random);
  }

  /** Joins with the limits one keeps. */
  join(limits: readonly RateLimit[], wake: Wake): void {
    this.#limiter.add(limits);
    this.#members.add(wake);
  }

  /** Answers whether anybody is left. */
  part(wake: Wake): boolean {
    this.#members.delete(wake);
    return this.#members.size > 0;
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
    if (this.#scout !== undefined) return Number.POSITIVE_INFINITY;
    const open = this.#breaker?.freeAt(now) ?? now;
    return Math.max(open, this.#pausedUntil, this.#limiter.freeAt(now));
  }

  /** Counts an attempt that begins. Ask `freeAt` first. */
  enter(): Visit {
    const visit: Visit = { permit: this.#breaker?.permit() ?? 0, endedAt: undefined };
    this.#limiter.take(visit);
    if (this.#rests) this.#scout = visit;
    return visit;
  }

  /** Takes note of how an attempt ended; answers whether the breaker changed its state. */
  leave(visit: Visit, answered: Answered, now: number): boolean {
    visit.endedAt = now;
    if (visit === this.#scout) {
      this.#scout = undefined;
      // One that we aborted has heard nothing: another asks.
      this.#rests = answered === "unsaid";
    }
    const changed = this.#breaker?.note(visit.permit, answered, now) ?? false;
    // Others may have waited for the end of this very attempt: by a full window, or a probe.
    const recovered = changed && this.breakerState === "closed";
    if (changed || this.#members.size > 1) for (const wake of [...this.#members]) wake(recovered);
    return changed;
  }

  /** Nothing is sent before `until`, by nobody who shares this destination; and then one attempt ahead of all others. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    this.#rests = true;
  }
}

/** Destinations of this process, by the clock they are told the time of, then by key. */
const shared = new WeakMap<Clock, Map<string, Destination>>();

export interface DestinationUse {
  readonly destination: Destination;
  /** Once. */
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
  wake: Wake,
): DestinationUse => {
  const known = shared.get(options.clock) ?? new Map<string, Destination>();
  shared.set(options.clock, known);
  const found = key === undefined ? undefined : known.get(key);
  const destination = found ?? new Destination(options.breaker, options.random);
  if (key !== undefined) known.set(key, destination);
  destination.join(options.limits, wake);
  return {
    destination,
    leave: () => {
      if (!destination.part(wake) && key !== undefined) known.delete(key);
    },
  };
};
