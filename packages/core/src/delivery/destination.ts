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

/** What each who joins brings along. */
export interface Manners {
  readonly limits: readonly RateLimit[];
  readonly breaker: BreakerOptions | null;
  readonly random: Random;
}

/** What receivers with one `destinationKey` share: limits, pause and breaker. Told the time. */
export class Destination {
  readonly #limiter = new RateLimiter();
  #breaker: Breaker | null = null;
  readonly #members = new Set<Wake>();
  /** Monotonic; Infinity while anybody uses it. */
  neededUntil = Number.POSITIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** It asked for rest, and nobody has asked it since. */
  #rests = false;
  /** The one attempt that asks after a rest; the others wait for what it hears. */
  #scout: Visit | undefined;

  /** Joins with the limits one keeps. Whoever comes first brings the breaker: one who comes anew may have mended what was wrong. */
  join({ limits, breaker, random }: Manners, wake: Wake): void {
    const isFirst = this.#members.size === 0;
    if (isFirst) this.#breaker = breaker === null ? null : new Breaker(breaker, random);
    this.#limiter.add(limits, isFirst);
    this.#members.add(wake);
    this.neededUntil = Number.POSITIVE_INFINITY;
  }

  /** After the last one it is needed as long as what it has seen holds back whoever comes next. */
  part(wake: Wake, now: number): void {
    this.#members.delete(wake);
    if (this.#members.size === 0)
      this.neededUntil = Math.max(this.#pausedUntil, now + this.#limiter.memoryMs);
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

/** By key. */
interface Known {
  readonly used: Map<string, Destination>;
  /** Nobody uses these, and what they have seen may count for whoever comes next. */
  readonly left: Map<string, Destination>;
}

/** Destinations of this process, by the clock they are told the time of. */
const shared = new WeakMap<Clock, Known>();

/** Keys may come and go by the million, and windows last for days: of more than these the longest left is forgotten. */
const mostLeft = 1_000;

const forgetOldest = (left: Known["left"], now: number): void => {
  for (const [key, { neededUntil }] of left) {
    if (left.size <= mostLeft && neededUntil > now) return;
    left.delete(key);
  }
};

export interface DestinationUse {
  readonly destination: Destination;
  /** Once. */
  leave(): void;
}

/**
 * The destination of that key, made on first use and forgotten after its last user, once its pause is over and
 * what was sent to it counts no more; a private one without a key.
 */
export const useDestination = (
  key: string | undefined,
  { clock, ...manners }: Manners & { readonly clock: Clock },
  wake: Wake,
): DestinationUse => {
  const known: Known = shared.get(clock) ?? { used: new Map(), left: new Map() };
  const { used, left } = known;
  shared.set(clock, known);
  const found = key === undefined ? undefined : (used.get(key) ?? left.get(key));
  const destination = found ?? new Destination();
  if (key !== undefined) {
    left.delete(key);
    used.set(key, destination);
  }
  destination.join(manners, wake);
  return {
    destination,
    leave: () => {
      const now = clock.monotonic();
      destination.part(wake, now);
      if (key === undefined || destination.neededUntil === Number.POSITIVE_INFINITY) return;
      used.delete(key);
      left.set(key, destination);
      forgetOldest(left, now);
    },
  };
};
