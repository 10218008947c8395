import type { QueueLimits } from "../../../src/delivery/queue.ts";
import type { MonitorSignal } from "../../../src/signals.ts";
import type { ReceiverStats } from "../../../src/stats.ts";
import { type Item, offer } from "./offering.ts";

/** An event as the one who emitted it knows it. */
export interface Emitted extends Item {
  /** Monotonic milliseconds. */
  readonly at: number;
}

export interface Fate {
  readonly fate: string;
  readonly reason: string | null;
  readonly at: number;
}

const countBy = (fates: Iterable<Fate>, fate: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const one of fates) {
    if (one.fate === fate) counts[one.reason ?? ""] = (counts[one.reason ?? ""] ?? 0) + 1;
  }
  return counts;
};

const without0 = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

/** One receiver's books, kept by who emits and who is sent to, not by core. */
export class Books {
  /** What it wants, in order of emission. */
  readonly taken: Emitted[] = [];
  readonly fates = new Map<string, Fate>();
  /** Sends that held an event, by its id. */
  readonly attempts = new Map<string, number>();
  /** Whom the next drops for want of room must be, in order. */
  readonly #doomed: string[] = [];
  readonly #limits: QueueLimits | null;
  filtered = 0;

  /** @param limits - null: a store keeps what does not fit. */
  constructor(limits: QueueLimits | null) {
    this.#limits = limits;
  }

  get pending(): readonly Emitted[] {
    return this.taken.filter(({ id }) => !this.fates.has(id));
  }

  /** Those that no send has held yet. */
  get waiting(): readonly Emitted[] {
    return this.pending.filter(({ id }) => !this.attempts.has(id));
  }

  /** Takes note of what is emitted in one turn; all of it is queued before any of it is sent. */
  take(burst: readonly Emitted[]): void {
    const held = this.pending.filter(({ id }) => this.attempts.has(id));
    let waiting: readonly Item[] = this.waiting;
    for (const item of burst) {
      this.taken.push(item);
      if (this.#limits === null) continue;
      const after = offer(waiting, held, item, this.#limits);
      waiting = after.waiting;
      this.#doomed.push(...after.dropped.map(({ id }) => id));
    }
  }

  /** Takes note of a fate that core tells; throws when it is the second, or not the one the bounds ask for. */
  settle(
    { event_id, fate, reason }: Extract<MonitorSignal, { kind: "settled" }>,
    at: number,
  ): void {
    const before = this.fates.get(event_id);
    if (before !== undefined)
      throw new Error(`${event_id} is ${fate}(${reason}), and was ${before.fate} before`);
    if (!this.taken.some(({ id }) => id === event_id))
      throw new Error(`${event_id} is ${fate}, but this receiver was never to have it`);
    if (fate === "dropped" && reason === "overflow" && this.#doomed.shift() !== event_id)
      throw new Error(`${event_id} was dropped for room that another had to make`);
    this.fates.set(event_id, { fate, reason, at });
  }

  /** What core says of this receiver, as these books have it. */
  expected(): Partial<ReceiverStats> & { readonly pending: number } {
    const fates = [...this.fates.values()];
    return {
      taken: this.taken.length + this.filtered,
      filtered: this.filtered,
      delivered: fates.filter(({ fate }) => fate === "delivered").length,
      dropped: countBy(fates, "dropped"),
      dead: countBy(fates, "dead"),
      pending: this.pending.length,
    };
  }

  /** The same figures out of core's own. Besides, nobody doomed may have been spared. */
  compared(stats: ReceiverStats): Partial<ReceiverStats> {
    if (this.#doomed.length > 0) throw new Error(`${this.#doomed.join()} had to make room`);
    const { taken, filtered, delivered, pending } = stats;
    const [dropped, dead] = [without0(stats.dropped), without0(stats.dead)];
    return { taken, filtered, delivered, dropped, dead, pending };
  }
}
