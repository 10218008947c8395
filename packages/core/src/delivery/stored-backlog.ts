import type { Lease } from "../store/store.ts";
import { isUpTo, type Mark, type Taken } from "./taken.ts";

/** How much of what lies in the store somebody waits for. */
export interface StoredWatch {
  readonly left: number;
  stop(): void;
}

/** Open deliveries of one receiver that lie in a durable store and are not in hand. */
export class StoredBacklog {
  /** Whether the store may hold more than is in hand. */
  more = true;
  /** Monotonic milliseconds until which leases run that could not be given back. */
  leasedUntil = 0;
  #events = 0;
  #leases: Lease[] = [];
  #releasing = 0;
  readonly #watches = new Set<{ readonly mark: Mark; left: number }>();

  /** Put there by this process. What others left is counted when it is taken in hand. */
  get events(): number {
    return this.#events;
  }

  /** Put there, and not kept from others by a lease that waits to be given back. */
  get claimable(): number {
    return this.#events - this.#leases.length - this.#releasing;
  }

  put(taken: Taken, lease: Lease): void {
    this.#events += 1;
    this.more = true;
    this.#leases.push(lease);
    for (const watch of this.#watches) if (isUpTo(taken, watch.mark)) watch.left += 1;
  }

  /** One was taken from there, the oldest first. */
  took(): void {
    this.#events -= 1;
    for (const watch of this.#watches) watch.left = Math.max(0, watch.left - 1);
  }

  /** Counts what lies there of what was emitted no later than the mark. */
  watch(mark: Mark): StoredWatch {
    const watch = { mark, left: this.#events, stop: () => this.#watches.delete(watch) };
    this.#watches.add(watch);
    return watch;
  }

  /** Leases to be given back, so that what was put here can be claimed again. */
  takeLeases(): readonly Lease[] {
    if (this.#leases.length === 0) return this.#leases;
    const leases = this.#leases;
    this.#leases = [];
    this.#releasing += leases.length;
    return leases;
  }

  /** So many leases were given back, or run out by themselves. */
  released(count: number): void {
    this.#releasing -= count;
  }
}
