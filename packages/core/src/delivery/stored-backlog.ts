import type { Lease } from "../store/store.ts";
import { isUpTo, type Mark, type Taken } from "./taken.ts";

/** How much of what lies in the store somebody waits for. */
export interface StoredWatch {
  readonly left: number;
  stop(): void;
}

/** The random part of an id: a process draws it anew each second. */
const kinOf = (eventId: string): string => eventId.slice(19);

/** How many events, by what those have in common that one process emitted within a second. */
type Kin = Map<string, number>;

const add = (kin: Kin, key: string, some: number): Kin => kin.set(key, (kin.get(key) ?? 0) + some);

/** Open deliveries of one receiver that lie in a durable store and are not in hand. */
export class StoredBacklog {
  /** Whether the store may hold more than is in hand. */
  more = true;
  /** Monotonic milliseconds until which leases run that could not be given back. */
  leasedUntil = 0;
  /** The store is being asked. */
  asking = false;
  #events = 0;
  readonly #kin: Kin = new Map();
  #leases: Lease[] = [];
  #releasing = 0;
  readonly #watches = new Set<{ readonly mark: Mark; readonly kin: Kin; left: number }>();

  /** Put there by this process. What others left is counted when it is taken in hand. */
  get events(): number {
    return this.#events;
  }

  /** Put there, and not kept from others by a lease that waits to be given back. */
  get claimable(): number {
    return this.#events - this.#leases.length - this.#releasing;
  }

  /** Whether some is on its way back to the store, or from there. */
  get moves(): boolean {
    return this.asking || this.#leases.length + this.#releasing > 0;
  }

  put(taken: Taken, lease: Lease): void {
    this.add(taken.event.id);
    this.#leases.push(lease);
    for (const watch of this.#watches) {
      if (!isUpTo(taken, watch.mark)) continue;
      watch.left += 1;
      add(watch.kin, kinOf(taken.event.id), 1);
    }
  }

  /** One that lies there, and nobody has. */
  add(eventId: string): void {
    this.#events += 1;
    add(this.#kin, kinOf(eventId), 1);
    this.more = true;
  }

  /** It was taken from there, the oldest first; answers whether this process had put it there. */
  took(eventId: string): boolean {
    const kin = kinOf(eventId);
    const count = this.#kin.get(kin) ?? 0;
    if (count > 0) this.#remove(kin, 1, count, eventId);
    return count > 0;
  }

  /** Others have taken so many, the oldest first; answers how many of them this process had put there. */
  lost(most: number): number {
    let lost = 0;
    for (const [kin, count] of this.#kin) {
      if (lost >= most) break;
      const some = Math.min(most - lost, count);
      this.#remove(kin, some, count);
      lost += some;
    }
    return lost;
  }

  /** Counts what lies there of what was emitted no later than the mark. */
  watch(mark: Mark): StoredWatch {
    const stop = () => this.#watches.delete(watch);
    const watch = { mark, kin: new Map(this.#kin), left: this.#events, stop };
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

  /** @param eventId - Of the one that it is, if that is known. A later one may come first, when a lease on an earlier was not given back. */
  #remove(kin: string, some: number, count: number, eventId = ""): void {
    if (some === count) this.#kin.delete(kin);
    else this.#kin.set(kin, count - some);
    this.#events -= some;
    for (const watch of this.#watches) {
      const isAwaited = watch.mark.id === "" || eventId <= watch.mark.id;
      const gone = isAwaited ? Math.min(some, watch.kin.get(kin) ?? 0) : 0;
      watch.left -= gone;
      add(watch.kin, kin, -gone);
    }
  }
}
