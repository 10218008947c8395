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

const byDeadline = (one: Attempt, other: Attempt): number => one.deadlineAt - other.deadlineAt;

/** One receiver's attempts within their deadline, and its sends beyond it. */
export class Flights {
  readonly #host: FlightsHost & AttemptHost;
  readonly #attempts = new Bag<Attempt>();
  /** One for all attempts: it runs on when the one it was set for has ended, and is then set for the next. */
  #deadline: Timer | undefined;
  /** Sends that were given up, and have not settled. */
  overdue = 0;

  constructor(host: FlightsHost) {
    this.#host = {
      ...host,
      onEnd: (attempt, end, givenUp) => {
        this.#attempts.delete(attempt);
        if (givenUp) this.overdue += 1;
        host.onLanded(attempt.flight, end);
      },
      onOverdue: (succeeded) => {
        this.overdue -= 1;
        host.onOverdue(succeeded);
      },
    };
  }

  get inFlight(): number {
    return this.#attempts.size;
  }

  start(flight: Flight): void {
    const { clock, timeoutMs } = this.#host;
    const attempt = new Attempt(flight, this.#host);
    this.#attempts.add(attempt);
    attempt.start();
    const now = clock.monotonic();
    attempt.deadlineAt = now + timeoutMs;
    if (this.#attempts.size > 0) this.#deadline ??= clock.setTimer(timeoutMs, this.#onDeadline);
    const heldMs = now - flight.startedAt;
    if (heldMs >= blockedMs) this.#host.onBlocked(heldMs);
  }

  abort(): void {
    this.#deadline?.cancel();
    for (const attempt of [...this.#attempts]) attempt.abort("shutdown");
  }

  readonly #onDeadline = (): void => {
    const { clock } = this.#host;
    const now = clock.monotonic();
    this.#deadline = undefined;
    for (const attempt of [...this.#attempts].sort(byDeadline)) {
      if (attempt.deadlineAt <= now) attempt.abort("deadline");
      else this.#deadline ??= clock.setTimer(attempt.deadlineAt - now, this.#onDeadline);
    }
  };
}
