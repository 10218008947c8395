import type { Clock, Timer } from "../clock.ts";
import type { Notifier } from "../notifier.ts";
import { Attempt, type AttemptEnd, type AttemptHost, type Flight } from "./attempt.ts";
import { Bag } from "./bag.ts";

export interface FlightsHost {
  readonly clock: Clock;
  readonly notifier: Notifier;
  readonly timeoutMs: number;
  /** How long after its abort a send may still say how it ended. */
  readonly graceMs: number;
  readonly onLanded: (flight: Flight, end: AttemptEnd) => void;
  /** A send that was given up at its deadline has settled after all. */
  readonly onOverdue: (succeeded: boolean) => void;
  /** A send did not return for so long. */
  readonly onBlocked: (heldMs: number) => void;
}

/** In one thread nothing can stop a send that does not return; it can only be told of. */
const blockedMs = 200;

/** One receiver's attempts within their deadline, and its sends beyond it. */
export class Flights {
  readonly #host: FlightsHost;
  readonly #attemptHost: AttemptHost;
  readonly #attempts = new Bag<Attempt>();
  /** One for all attempts: it runs on when the one it was set for has ended, and is then set for the next. */
  #deadline: Timer | undefined;
  #overdue = 0;

  constructor(host: FlightsHost) {
    const { clock, notifier, timeoutMs, graceMs } = host;
    this.#host = host;
    this.#attemptHost = {
      clock,
      notifier,
      timeoutMs,
      graceMs,
      onEnd: (attempt, end) => {
        this.#attempts.delete(attempt);
        host.onLanded(attempt.flight, end);
      },
      onGivenUp: () => {
        this.#overdue += 1;
      },
      onOverdue: (succeeded) => {
        this.#overdue -= 1;
        host.onOverdue(succeeded);
      },
    };
  }

  get inFlight(): number {
    return this.#attempts.size;
  }

  get overdue(): number {
    return this.#overdue;
  }

  start(flight: Flight): void {
    const { clock, timeoutMs } = this.#host;
    const attempt = new Attempt(flight, this.#attemptHost);
    this.#attempts.add(attempt);
    attempt.start();
    const now = clock.monotonic();
    if (!attempt.ended) {
      attempt.deadlineAt = now + timeoutMs;
      this.#deadline ??= clock.setTimer(timeoutMs, this.#onDeadline);
    }
    const heldMs = now - flight.startedAt;
    if (heldMs >= blockedMs) this.#host.onBlocked(heldMs);
  }

  abort(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
    for (const attempt of [...this.#attempts]) attempt.abort("shutdown");
  }

  readonly #onDeadline = (): void => {
    const { clock } = this.#host;
    const now = clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const attempt of [...this.#attempts]) {
      if (attempt.deadlineAt <= now) attempt.abort("deadline");
      next = Math.min(next, attempt.deadlineAt);
    }
    this.#deadline =
      next === Number.POSITIVE_INFINITY ? undefined : clock.setTimer(next - now, this.#onDeadline);
  };
}
