import { Fifo } from "./fifo.ts";
import { isUpTo, type Mark, precedes, type Taken } from "./taken.ts";

/** What a full queue gives up: the oldest of its lowest level, the oldest, or what arrives. */
export type Overflow = "drop-lowest-level" | "drop-oldest" | "drop-newest";

export interface QueueLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly overflow: Overflow;
}

/**
 * What one receiver waits for: first in, first out, bounded in events and heap bytes. One lane a
 * level, so that the oldest of the lowest level is found at once.
 */
export class EventQueue {
  readonly limits: QueueLimits;
  readonly #lanes = [
    new Fifo<Taken>(),
    new Fifo<Taken>(),
    new Fifo<Taken>(),
    new Fifo<Taken>(),
  ] as const;
  readonly #laneBytes = [0, 0, 0, 0];
  /** Of those that wait, how many came from a store, and so have no place in the order of emission. */
  #restored = 0;
  #length = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.limits = limits;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Since when the longest-waiting event waits; Infinity when none does. */
  get oldestSince(): number {
    return this.#oldest()?.peek()?.since ?? Number.POSITIVE_INFINITY;
  }

  *[Symbol.iterator](): Generator<Taken> {
    for (const lane of this.#lanes) yield* lane;
  }

  push(item: Taken): void {
    this.#lanes[item.rank as 0 | 1 | 2 | 3].push(item);
    this.#length += 1;
    if (item.seq <= 0) this.#restored += 1;
    this.#weigh(item.rank, item.bytes);
  }

  /** @param heldEvents - Events that count against the bound and are not in here: in flight, or waiting for a retry. */
  fits(item: Taken, heldEvents: number, heldBytes: number): boolean {
    const { maxEvents, maxBytes } = this.limits;
    return (
      this.#length + heldEvents < maxEvents && this.#bytes + heldBytes + item.bytes <= maxBytes
    );
  }

  /**
   * Names one event that must go before `item` fits, and removes it; `item` itself when it must not
   * come in; undefined when there is room. Call until undefined or `item`.
   */
  makeRoom(item: Taken, heldEvents: number, heldBytes: number): Taken | undefined {
    if (this.fits(item, heldEvents, heldBytes)) return undefined;
    const { maxEvents, maxBytes, overflow } = this.limits;
    // What can never fit must not push out what does.
    if (heldEvents >= maxEvents || heldBytes + item.bytes > maxBytes) return item;
    if (overflow === "drop-newest" || this.#length === 0) return item;
    if (overflow === "drop-oldest") return this.#removeFrom(this.#oldest());
    return this.#yieldsTo(item, heldEvents, heldBytes) ? this.#removeFrom(this.#lowest()) : item;
  }

  shift(): Taken | undefined {
    return this.#removeFrom(this.#oldest());
  }

  /** Removes and answers the latest of the lowest level that is less grave than `rank`. */
  popBelow(rank: number): Taken | undefined {
    const lane = this.#lanes.slice(0, rank).find(({ length }) => length > 0);
    return this.#removed(lane?.pop());
  }

  /** Removes and answers one event that waits since before `since`; undefined when none does. */
  shiftOlder(since: number): Taken | undefined {
    for (const lane of this.#lanes) {
      const head = lane.peek();
      if (head !== undefined && head.since < since) return this.#removeFrom(lane);
    }
    return undefined;
  }

  /** Whether any waits that was emitted no later. Looks at the head of each lane alone, unless some came from a store. */
  holdsUpTo(mark: Mark): boolean {
    const isEarly = (taken: Taken | undefined) => taken !== undefined && isUpTo(taken, mark);
    if (this.#restored === 0) return this.#lanes.some((lane) => isEarly(lane.peek()));
    for (const taken of this) if (isEarly(taken)) return true;
    return false;
  }

  /** Removes and answers all of a kind. */
  remove(isOne: (item: Taken) => boolean): Taken[] {
    const removed: Taken[] = [];
    for (const lane of this.#lanes) {
      for (let left = lane.length; left > 0; left -= 1) {
        const item = this.#removeFrom(lane);
        if (item === undefined) break;
        if (isOne(item)) removed.push(item);
        else this.push(item);
      }
    }
    return removed;
  }

  /** Whether room enough is held by what is no graver than `item`. */
  #yieldsTo(item: Taken, heldEvents: number, heldBytes: number): boolean {
    let events = heldEvents + 1;
    let bytes = heldBytes + item.bytes;
    for (let rank = item.rank + 1; rank < this.#lanes.length; rank += 1) {
      events += this.#lanes[rank]?.length ?? 0;
      bytes += this.#laneBytes[rank] ?? 0;
    }
    return events <= this.limits.maxEvents && bytes <= this.limits.maxBytes;
  }

  #weigh(rank: number, bytes: number): void {
    this.#bytes += bytes;
    this.#laneBytes[rank] = (this.#laneBytes[rank] ?? 0) + bytes;
  }

  #removeFrom(lane: Fifo<Taken> | undefined): Taken | undefined {
    return this.#removed(lane?.shift());
  }

  #removed(item: Taken | undefined): Taken | undefined {
    if (item === undefined) return undefined;
    this.#length -= 1;
    if (item.seq <= 0) this.#restored -= 1;
    this.#weigh(item.rank, -item.bytes);
    return item;
  }

  #oldest(): Fifo<Taken> | undefined {
    let found: Fifo<Taken> | undefined;
    let first: Taken | undefined;
    for (const lane of this.#lanes) {
      const head = lane.peek();
      if (head !== undefined && (first === undefined || precedes(head, first))) {
        found = lane;
        first = head;
      }
    }
    return found;
  }

  #lowest(): Fifo<Taken> | undefined {
    for (const lane of this.#lanes) if (lane.length > 0) return lane;
    return undefined;
  }
}
