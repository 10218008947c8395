import type { Lease } from "../store/store.ts";

/** Open deliveries of one receiver that lie in a durable store and are not in hand. */
export class Shelf {
  /** Put there by this process. What others left is counted when it is taken in hand. */
  events = 0;
  /** Whether the store may hold more than is in hand. */
  more = true;
  /** Monotonic milliseconds until which leases run that could not be given back. */
  leasedUntil = 0;
  #leases: Lease[] = [];
  #releasing = 0;

  /** Put there, and not kept from others by a lease that waits to be given back. */
  get claimable(): number {
    return this.events - this.#leases.length - this.#releasing;
  }

  put(lease: Lease): void {
    this.events += 1;
    this.more = true;
    this.#leases.push(lease);
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
