import type { Clock } from "@datasync-monitor/core";
import { DeliveryError } from "../../../src/errors.ts";
import type { Batch, Notifier, SendContext } from "../../../src/notifier.ts";

/** One `send()`, from its call to its answer. */
export interface Flight {
  readonly receiver: string;
  readonly ids: readonly string[];
  readonly key: string;
  readonly attempt: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  endedAt: number | undefined;
  /** Its place among all beginnings and ends, for much happens in one moment. */
  readonly began: number;
  ended: number;
  /** What it was answered with; undefined while it flies, null when it was accepted. */
  error: unknown;
  accept(): void;
  refuse(error: unknown): void;
}

export interface DestinationOptions {
  readonly clock: Clock;
  /** Whether a send that is told to stop does; else it flies on until it is answered. */
  readonly obedient: boolean;
  readonly onSend?: ((flight: Flight) => void) | undefined;
}

/** A destination that says nothing by itself: a send flies until the test answers it, or `heal` was called. */
export class Destination {
  /** Every send there was. */
  readonly flights: Flight[] = [];
  readonly #options: DestinationOptions;
  #healthy = false;
  #happened = 0;

  constructor(options: DestinationOptions) {
    this.#options = options;
  }

  get unanswered(): readonly Flight[] {
    return this.flights.filter(({ endedAt }) => endedAt === undefined);
  }

  /** From now on every send is accepted at once. What flies already is left alone. */
  heal(): void {
    this.#healthy = true;
  }

  #next(): number {
    this.#happened += 1;
    return this.#happened;
  }

  send(receiver: string, batch: Batch, context: SendContext): Promise<void> {
    return new Promise((resolve, reject) => {
      const { clock, obedient, onSend } = this.#options;
      const end = (error: unknown): boolean => {
        if (flight.endedAt !== undefined) return false;
        flight.endedAt = clock.monotonic();
        flight.ended = this.#next();
        flight.error = error;
        return true;
      };
      const flight: Flight = {
        receiver,
        ids: batch.map(({ id }) => id),
        key: context.idempotencyKey,
        attempt: context.attempt,
        startedAt: clock.monotonic(),
        endedAt: undefined,
        began: this.#next(),
        ended: Number.POSITIVE_INFINITY,
        error: undefined,
        accept: () => {
          if (end(null)) resolve();
        },
        refuse: (error) => {
          if (end(error)) reject(error);
        },
      };
      this.flights.push(flight);
      onSend?.(flight);
      if (this.#healthy) flight.accept();
      else if (obedient) {
        const stop = () => flight.refuse(new DeliveryError("aborted", "told to stop"));
        context.signal.addEventListener("abort", stop, { once: true });
      }
    });
  }

  /** A notifier that carries to it. */
  notifier(id: string, options: Partial<Notifier> = {}): Notifier {
    return {
      contract: 1,
      id,
      ...options,
      send: (batch, context) => this.send(id, batch, context),
    };
  }
}
