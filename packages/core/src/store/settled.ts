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

/** How deliveries ended that came of one batch, or at one receiver in one millisecond. */
interface Manner {
  /** The first that ended so. */
  readonly ending: Ending;
  readonly takenAt: number;
}

/** As that of a batch of one is. */
const hasEventsId = ({ event_id, batch_id }: Ending): boolean => batch_id === event_id;
const reasonOf = (one: Ending): string | null => (one.state === "delivered" ? null : one.reason);
const referenceOf = (one: Ending): string | null =>
  one.state === "delivered" ? one.reference : null;

/** Whether all is the same but the event. */
const areAlike = (one: Ending, other: Ending): boolean =>
  one.settled_at === other.settled_at &&
  one.state === other.state &&
  one.fence === other.fence &&
  one.attempts === other.attempts &&
  (one.batch_id === other.batch_id || (hasEventsId(one) && hasEventsId(other))) &&
  reasonOf(one) === reasonOf(other) &&
  referenceOf(one) === referenceOf(other) &&
  one.last_error === other.last_error;

const maxReceivers = 1_000;

/** The latest endings; the first to come is the first to be forgotten. */
export class Settled {
  readonly #max: number;
  /** Rings in step, so that ten thousand endings of a busy process are not as many objects. */
  readonly #eventIds: string[] = [];
  /** Of the events. */
  readonly #seqs: number[] = [];
  readonly #manners: (Manner | undefined)[] = [];
  /** The last of each receiver, which the next is mostly like. */
  readonly #latest = new Map<string, Manner>();
  /** Where the next one goes. */
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  push(ending: Ending, takenAt: number, seq: number): void {
    const at = this.#next;
    this.#eventIds[at] = ending.event_id;
    this.#seqs[at] = seq;
    this.#manners[at] = this.#manner(ending, takenAt);
    this.#next = (at + 1) % this.#max;
  }

  /** The fence under which a delivery ended; undefined when its end is not known. */
  fenceOf(eventId: string, receiver: string): number | undefined {
    for (const one of this.latestFirst()) {
      if (one.eventId === eventId && one.receiver === receiver) return one.outcome.fence;
    }
    return undefined;
  }

  *latestFirst(): Generator<StoredDelivery & { readonly outcome: Ending }> {
    const { length } = this.#manners;
    for (let back = 1; back <= length; back += 1) {
      const at = (this.#next - back + length) % length;
      const manner = this.#manners[at];
      if (!manner) continue;
      const { ending, takenAt } = manner;
      yield {
        seq: this.#seqs[at] ?? 0,
        eventId: this.#eventIds[at] ?? "",
        receiver: ending.receiver,
        state: ending.state,
        takenAt,
        outcome: ending,
        lastError: ending.last_error ?? null,
      };
    }
  }

  /** Forgets what was taken before that time. */
  forgetBefore(time: number): void {
    this.#manners.forEach((manner, at) => {
      if (manner && manner.takenAt < time) this.#manners[at] = undefined;
    });
  }

  #manner(ending: Ending, takenAt: number): Manner {
    const last = this.#latest.get(ending.receiver);
    if (last?.takenAt === takenAt && areAlike(last.ending, ending)) return last;
    if (this.#latest.size >= maxReceivers) this.#latest.clear();
    const manner = { ending, takenAt };
    this.#latest.set(ending.receiver, manner);
    return manner;
  }
}
