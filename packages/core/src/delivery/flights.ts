import type { Clock } from "../clock.ts";
import type { Notifier } from "../notifier.ts";
import { Attempt, type AttemptEnd } from "./attempt.ts";
import { Bag } from "./bag.ts";
import type { Batch } from "./batch.ts";
import type { Visit } from "./destination.ts";

/** An attempt that is under way. */
export interface Flight {
  readonly batch: Batch;
  readonly visit: Visit;
  readonly startedAt: number;
}

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
  readonly #attempts = new Bag<Attempt>();
  #overdue = 0;

  constructor(host: FlightsHost) {
    this.#host = host;
  }

  get inFlight(): number {
    return this.#attempts.size;
  }

  get overdue(): number {
    return this.#overdue;
  }

  start(flight: Flight): void {
    const { clock, notifier, timeoutMs, graceMs, onLanded, onOverdue } = this.#host;
    const attempt = new Attempt(flight.batch, {
      clock,
      timeoutMs,
      graceMs,
      onEnd: (end) => {
        this.#attempts.delete(attempt);
        onLanded(flight, end);
      },
      onGivenUp: () => {
        this.#overdue += 1;
      },
      onOverdue: (succeeded) => {
        this.#overdue -= 1;
        onOverdue(succeeded);
      },
    });
    this.#attempts.add(attempt);
    attempt.start(notifier, Object.freeze(flight.batch.events()));
    const heldMs = clock.monotonic() - flight.startedAt;
    if (heldMs >= blockedMs) this.#host.onBlocked(heldMs);
  }

  abort(): void {
    for (const attempt of [...this.#attempts]) attempt.abort("shutdown");
  }
}
