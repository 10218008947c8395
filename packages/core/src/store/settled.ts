import { isoTime } from "../clock.ts";
import type { StoredDelivery } from "./query.ts";
import type { DeliveryFailure, Outcome } from "./store.ts";

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

/** As that of a batch of one is. */
const hasEventsId = ({ event_id, batch_id }: Ending): boolean => batch_id === event_id;
const reasonOf = (one: Ending): string | null => (one.state === "delivered" ? null : one.reason);
const referenceOf = (one: Ending): string | null =>
  one.state === "delivered" ? one.reference : null;

/** Whether all is the same but the event and the times. */
const areAlike = (one: Ending, other: Ending): boolean =>
  one.state === other.state &&
  one.fence === other.fence &&
  one.attempts === other.attempts &&
  (one.batch_id === other.batch_id || (hasEventsId(one) && hasEventsId(other))) &&
  reasonOf(one) === reasonOf(other) &&
  referenceOf(one) === referenceOf(other) &&
  one.last_error === other.last_error;

interface SettledDelivery extends StoredDelivery {
  readonly fence: number;
}

const maxModels = 1_000;

/** The latest endings; the first to come is the first to be forgotten. */
export class Settled {
  readonly #max: number;
  /** Rings in step, so that ten thousand endings are not as many objects. */
  readonly #eventIds: (string | undefined)[] = [];
  readonly #seqs: number[] = [];
  readonly #takenAt: number[] = [];
  readonly #settledAt: number[] = [];
  /** Of each one that is alike. */
  readonly #models: Ending[] = [];
  /** The last of each receiver, which the next is mostly like. */
  readonly #latest = new Map<string, Ending>();
  /** Where the next one goes. */
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  push(ending: Ending, takenAt: number, seq: number): void {
    const at = this.#next;
    this.#eventIds[at] = ending.event_id;
    this.#seqs[at] = seq;
    this.#takenAt[at] = takenAt;
    this.#settledAt[at] = ending.settled_at;
    this.#models[at] = this.#modelOf(ending);
    this.#next = (at + 1) % this.#max;
  }

  /** The fence under which a delivery ended; undefined when its end is not known. */
  fenceOf(eventId: string, receiver: string): number | undefined {
    for (const one of this.latestFirst()) {
      if (one.eventId === eventId && one.receiver === receiver) return one.fence;
    }
    return undefined;
  }

  *latestFirst(): Generator<SettledDelivery> {
    const { length } = this.#models;
    for (let back = 1; back <= length; back += 1) {
      const one = this.#read((this.#next - back + length) % length);
      if (one) yield one;
    }
  }

  /** Forgets what was taken before that time. */
  forgetBefore(time: number): void {
    this.#takenAt.forEach((takenAt, at) => {
      if (takenAt < time) this.#eventIds[at] = undefined;
    });
  }

  #read(at: number): SettledDelivery | undefined {
    const [eventId, model] = [this.#eventIds[at], this.#models[at]];
    if (eventId === undefined || !model) return undefined;
    const { receiver, state, fence, attempts } = model;
    const [takenAt = 0, settledAt = 0] = [this.#takenAt[at], this.#settledAt[at]];
    return {
      seq: this.#seqs[at] ?? 0,
      eventId,
      receiver,
      state,
      takenAt,
      fence,
      delivery: () => ({
        event_id: eventId,
        receiver,
        state,
        reason: reasonOf(model),
        attempts,
        batch_id: hasEventsId(model) ? eventId : model.batch_id,
        taken_at: isoTime(takenAt),
        next_at: null,
        settled_at: isoTime(settledAt),
        reference: referenceOf(model),
        last_error: model.last_error ?? null,
      }),
    };
  }

  #modelOf(ending: Ending): Ending {
    const last = this.#latest.get(ending.receiver);
    if (last && areAlike(last, ending)) return last;
    if (this.#latest.size >= maxModels) this.#latest.clear();
    this.#latest.set(ending.receiver, ending);
    return ending;
  }
}
