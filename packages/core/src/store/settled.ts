import { isoTime, type StoredDelivery } from "./query.ts";
import type { Delivery, DeliveryFailure, Outcome } from "./store.ts";

/** An outcome that is a fate. A dead delivery is none: it can be replayed. */
export type FinalOutcome =
  | Extract<Outcome, { readonly state: "delivered" }>
  | (Extract<Outcome, { readonly reason: string }> & {
      readonly state: "dropped" | "moved" | "folded";
    });

export const isFinal = (outcome: Outcome): outcome is FinalOutcome =>
  outcome.state !== "pending" && outcome.state !== "dead";

/** How a delivery ended. Of one that was delivered at last, the failure before may be known. */
export type Ending = FinalOutcome & { readonly last_error?: DeliveryFailure | null };

class SettledDelivery implements StoredDelivery {
  readonly ending: Ending;
  readonly takenAt: number;
  readonly seq: number;

  constructor(ending: Ending, takenAt: number, seq: number) {
    this.ending = ending;
    this.takenAt = takenAt;
    this.seq = seq;
  }

  get eventId(): string {
    return this.ending.event_id;
  }

  get receiver(): string {
    return this.ending.receiver;
  }

  get state(): Ending["state"] {
    return this.ending.state;
  }

  delivery(): Delivery {
    const { ending } = this;
    const isDelivered = ending.state === "delivered";
    return {
      event_id: ending.event_id,
      receiver: ending.receiver,
      state: ending.state,
      reason: isDelivered ? null : ending.reason,
      attempts: ending.attempts,
      batch_id: ending.batch_id,
      taken_at: isoTime(this.takenAt),
      next_at: null,
      settled_at: isoTime(ending.settled_at),
      reference: isDelivered ? ending.reference : null,
      last_error: ending.last_error ?? null,
    };
  }
}

/** The latest endings; the first to come is the first to be forgotten. */
export class Settled {
  readonly #max: number;
  /** Three rings in step, so that remembering makes no object. */
  readonly #endings: Ending[] = [];
  readonly #takenAts: number[] = [];
  readonly #seqs: number[] = [];
  /** Where the next one goes. */
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  push(ending: Ending, takenAt: number, seq: number): void {
    const at = this.#next;
    this.#endings[at] = ending;
    this.#takenAts[at] = takenAt;
    this.#seqs[at] = seq;
    this.#next = at + 1 === this.#max ? 0 : at + 1;
  }

  find(eventId: string, receiver: string): Ending | undefined {
    for (const { ending } of this.latestFirst()) {
      if (ending.event_id === eventId && ending.receiver === receiver) return ending;
    }
    return undefined;
  }

  *latestFirst(): Generator<SettledDelivery> {
    const { length } = this.#endings;
    for (let back = 1; back <= length; back += 1) {
      const at = (this.#next - back + length) % length;
      const ending = this.#endings[at];
      if (!ending) return;
      yield new SettledDelivery(ending, this.#takenAts[at] ?? 0, this.#seqs[at] ?? 0);
    }
  }

  /** Forgets what was taken before that time. */
  forgetBefore(time: number): void {
    const kept = [...this.latestFirst()].filter(({ takenAt }) => takenAt >= time).reverse();
    if (kept.length === this.#endings.length) return;
    this.#endings.length = 0;
    this.#takenAts.length = 0;
    this.#seqs.length = 0;
    this.#next = 0;
    for (const { ending, takenAt, seq } of kept) this.push(ending, takenAt, seq);
  }
}
