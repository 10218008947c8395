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

/** What most endings at one receiver have in common. */
interface Manner {
  readonly receiver: string;
  readonly state: Ending["state"];
  readonly fence: number;
  readonly attempts: number;
  /** undefined: the event's own id, as that of a batch of one is. */
  readonly batchId: string | null | undefined;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly lastError: DeliveryFailure | null;
}

const batchOf = ({ event_id, batch_id }: Ending): string | null | undefined =>
  batch_id === event_id ? undefined : batch_id;

const mannerOf = (ending: Ending): Manner => ({
  receiver: ending.receiver,
  state: ending.state,
  fence: ending.fence,
  attempts: ending.attempts,
  batchId: batchOf(ending),
  reason: ending.state === "delivered" ? null : ending.reason,
  reference: ending.state === "delivered" ? ending.reference : null,
  lastError: ending.last_error ?? null,
});

const isAs = (manner: Manner, ending: Ending): boolean =>
  manner.state === ending.state &&
  manner.fence === ending.fence &&
  manner.attempts === ending.attempts &&
  manner.batchId === batchOf(ending) &&
  (ending.state === "delivered"
    ? manner.reference === ending.reference
    : manner.reason === ending.reason) &&
  manner.lastError === (ending.last_error ?? null);

interface SettledDelivery extends StoredDelivery {
  readonly manner: Manner;
  readonly settledAt: number;
}

const settledDelivery = (
  eventId: string,
  manner: Manner,
  [settledAt = 0, takenAt = 0, seq = 0]: Float64Array,
): SettledDelivery => ({
  seq,
  eventId,
  receiver: manner.receiver,
  state: manner.state,
  takenAt,
  settledAt,
  manner,
  delivery: () => ({
    event_id: eventId,
    receiver: manner.receiver,
    state: manner.state,
    reason: manner.reason,
    attempts: manner.attempts,
    batch_id: manner.batchId === undefined ? eventId : manner.batchId,
    taken_at: isoTime(takenAt),
    next_at: null,
    settled_at: isoTime(settledAt),
    reference: manner.reference,
    last_error: manner.lastError,
  }),
});

const maxManners = 1_000;
const figuresEach = 3;

/** The latest endings; the first to come is the first to be forgotten. */
export class Settled {
  readonly #max: number;
  /** Rings in step, so that ten thousand endings are not as many objects. */
  readonly #eventIds: string[] = [];
  readonly #manners: Manner[] = [];
  /** Of each: when it was settled, when it was taken, and its event's order of arrival. */
  #figures = new Float64Array(64 * figuresEach);
  /** The last of each receiver, which the next is mostly like. */
  readonly #latest = new Map<string, Manner>();
  /** Where the next one goes. */
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  push(ending: Ending, takenAt: number, seq: number): void {
    this.#put(ending.event_id, this.#manner(ending), ending.settled_at, takenAt, seq);
  }

  /** The fence under which a delivery ended; undefined when its end is not known. */
  fenceOf(eventId: string, receiver: string): number | undefined {
    for (const one of this.latestFirst()) {
      if (one.eventId === eventId && one.receiver === receiver) return one.manner.fence;
    }
    return undefined;
  }

  *latestFirst(): Generator<SettledDelivery> {
    const { length } = this.#manners;
    for (let back = 1; back <= length; back += 1) {
      const at = (this.#next - back + length) % length;
      const manner = this.#manners[at];
      if (!manner) return;
      const figures = this.#figures.subarray(at * figuresEach);
      yield settledDelivery(this.#eventIds[at] ?? "", manner, figures);
    }
  }

  /** Forgets what was taken before that time. */
  forgetBefore(time: number): void {
    const kept = [...this.latestFirst()].filter(({ takenAt }) => takenAt >= time).reverse();
    if (kept.length === this.#manners.length) return;
    this.#eventIds.length = 0;
    this.#manners.length = 0;
    this.#next = 0;
    for (const { eventId, manner, settledAt, takenAt, seq } of kept)
      this.#put(eventId, manner, settledAt, takenAt, seq);
  }

  #put(eventId: string, manner: Manner, settledAt: number, takenAt: number, seq: number): void {
    const at = this.#next;
    const place = at * figuresEach;
    if (place === this.#figures.length) this.#grow();
    this.#eventIds[at] = eventId;
    this.#manners[at] = manner;
    this.#figures[place] = settledAt;
    this.#figures[place + 1] = takenAt;
    this.#figures[place + 2] = seq;
    this.#next = at + 1 === this.#max ? 0 : at + 1;
  }

  #grow(): void {
    const figures = new Float64Array(Math.min(this.#figures.length * 2, this.#max * figuresEach));
    figures.set(this.#figures);
    this.#figures = figures;
  }

  #manner(ending: Ending): Manner {
    const last = this.#latest.get(ending.receiver);
    if (last && isAs(last, ending)) return last;
    if (this.#latest.size >= maxManners) this.#latest.clear();
    const manner = mannerOf(ending);
    this.#latest.set(ending.receiver, manner);
    return manner;
  }
}
