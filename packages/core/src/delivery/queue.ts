import { Fifo } from "./fifo.ts";
import type { Taken } from "./taken.ts";

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

  /** The order of the event that waits longest; Infinity when none waits. */
  get oldestSeq(): number {
    return this.#oldest()?.peek()?.seq ?? Number.POSITIVE_INFINITY;
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
    this.#bytes += item.bytes;
  }

  /**
   * Names one event that must go before `item` fits, and removes it; `item` itself when it must not
   * come in; undefined when there is room. Call until undefined or `item`.
   *
   * @param heldEvents - Events that count against the bound and are not in here: in flight, or waiting for a retry.
   */
  makeRoom(item: Taken, heldEvents: number, heldBytes: number): Taken | undefined {
    const { maxEvents, maxBytes, overflow } = this.limits;
    const fits =
      this.#length + heldEvents < maxEvents && this.#bytes + heldBytes + item.bytes <= maxBytes;
    if (fits) return undefined;
    // What can never fit must not push out what does.
    if (heldEvents >= maxEvents || heldBytes + item.bytes > maxBytes) return item;
    if (overflow === "drop-newest" || this.#length === 0) return item;
    const lane = overflow === "drop-oldest" ? this.#oldest() : this.#lowest();
    const victim = lane?.peek();
    if (victim === undefined) return item;
    if (overflow === "drop-lowest-level" && victim.rank > item.rank) return item;
    return this.#removeFrom(lane);
  }

  shift(): Taken | undefined {
    return this.#removeFrom(this.#oldest());
  }

  /** Removes and answers one event that waits since before `since`; undefined when none does. */
  shiftOlder(since: number): Taken | undefined {
    for (const lane of this.#lanes) {
      const head = lane.peek();
      if (head !== undefined && head.since < since) return this.#removeFrom(lane);
    }
    return undefined;
  }

  /** How many wait that were emitted no later than `seq`. */
  countUpTo(seq: number): number {
    let count = 0;
    for (const lane of this.#lanes) for (const item of lane) if (item.seq <= seq) count += 1;
    return count;
  }

  #removeFrom(lane: Fifo<Taken> | undefined): Taken | undefined {
    const item = lane?.shift();
    if (item === undefined) return undefined;
    this.#length -= 1;
    this.#bytes -= item.bytes;
    return item;
  }

  #oldest(): Fifo<Taken> | undefined {
    let found: Fifo<Taken> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes) {
      const head = lane.peek();
      if (head !== undefined && head.seq < least) {
        found = lane;
        least = head.seq;
      }
    }
    return found;
  }

  #lowest(): Fifo<Taken> | undefined {
    for (const lane of this.#lanes) if (lane.length > 0) return lane;
    return undefined;
  }
}
