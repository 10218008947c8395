import type { MonitorEvent } from "../event.ts";
import { Entry, Row } from "./row.ts";
import type { DeliveryState } from "./store.ts";

export interface ShelfLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxDeliveries: number;
  readonly maxDead: number;
}

/**
 * What is remembered, and what is forgotten first: events beyond their count or bytes, oldest first;
 * settled rows in the order they settled; dead rows, oldest first. Pending rows stay. An event goes
 * from the list when its turn comes, but is kept for as long as a pending or dead row needs it.
 */
export class Shelf {
  readonly #limits: ShelfLimits;
  readonly #entries = new Map<string, Entry>();
  #seq = 0;
  #newest: Entry | undefined;
  #oldest: Entry | undefined;
  /** Everything newer is listed, everything older is not. */
  #oldestListed: Entry | undefined;
  #listed = 0;
  #listedBytes = 0;
  #heldBytes = 0;
  readonly #dead = new Set<Row>();
  /** A ring once it is full: `#nextSettled` is the one to overwrite. */
  readonly #settled: Row[] = [];
  #nextSettled = 0;

  constructor(limits: ShelfLimits) {
    this.#limits = limits;
  }

  get newest(): Entry | undefined {
    return this.#newest;
  }

  get oldest(): Entry | undefined {
    return this.#oldest;
  }

  get listed(): number {
    return this.#listed;
  }

  find(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Lists an event. Call `trim` when its rows are open. */
  add(event: MonitorEvent, bytes: number, takenAt: number): Entry {
    this.#seq += 1;
    const entry = new Entry(event, bytes, this.#seq, takenAt);
    this.#entries.set(entry.id, entry);
    entry.older = this.#newest;
    if (this.#newest) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
    this.#oldestListed ??= entry;
    this.#listed += 1;
    this.#listedBytes += bytes;
    return entry;
  }

  /** A new pending row. The event is given again, for the entry may have forgotten it. */
  open(entry: Entry, event: MonitorEvent, receiver: string, now: number, leaseUntil: number): void {
    entry.rows = new Row(entry, receiver, now, leaseUntil);
    entry.event = event;
    if (entry.held === 0 && !entry.listed) this.#heldBytes += entry.bytes;
    entry.held += 1;
  }

  /** A pending or dead row has its fate. */
  settle(row: Row, state: Exclude<DeliveryState, "pending" | "dead">): void {
    if (row.state === "dead") this.#dead.delete(row);
    row.state = state;
    this.#release(row.entry);
    if (this.#settled.length < this.#limits.maxDeliveries) {
      this.#settled.push(row);
      return;
    }
    const forgotten = this.#settled[this.#nextSettled];
    this.#settled[this.#nextSettled] = row;
    this.#nextSettled = (this.#nextSettled + 1) % this.#limits.maxDeliveries;
    if (forgotten) this.#forget(forgotten);
  }

  bury(row: Row): void {
    row.state = "dead";
    this.#dead.add(row);
    if (this.#dead.size > this.#limits.maxDead) this.#forgetOldestDead();
  }

  revive(row: Row): void {
    this.#dead.delete(row);
    row.state = "pending";
  }

  /** Holds the bounds on events. */
  trim(): void {
    const { maxEvents, maxBytes } = this.#limits;
    while (this.#oldestListed && (this.#listed > maxEvents || this.#listedBytes > maxBytes)) {
      this.#unlist(this.#oldestListed);
    }
    while (this.#heldBytes > maxBytes && this.#dead.size > 0) this.#forgetOldestDead();
  }

  /** Forgets an event and all its rows, of which none is pending. */
  remove(entry: Entry): void {
    for (let row = entry.rows; row; row = row.next) {
      if (this.#dead.delete(row)) this.#release(entry);
    }
    entry.rows = undefined;
    if (entry.listed) this.#unlist(entry);
    else this.#tidy(entry);
  }

  #unlist(entry: Entry): void {
    entry.listed = false;
    this.#listed -= 1;
    this.#listedBytes -= entry.bytes;
    if (entry === this.#oldestListed) this.#oldestListed = entry.newer;
    if (entry.held > 0) this.#heldBytes += entry.bytes;
    else this.#tidy(entry);
  }

  /** One row less that needs the event. */
  #release(entry: Entry): void {
    entry.held -= 1;
    if (entry.held > 0 || entry.listed) return;
    this.#heldBytes -= entry.bytes;
    this.#tidy(entry);
  }

  #forgetOldestDead(): void {
    for (const row of this.#dead) {
      this.#dead.delete(row);
      this.#release(row.entry);
      this.#forget(row);
      return;
    }
  }

  #forget(row: Row): void {
    const { entry } = row;
    if (entry.rows === row) {
      entry.rows = row.next;
    } else {
      let newer = entry.rows;
      while (newer && newer.next !== row) newer = newer.next;
      if (!newer) return; // its event was removed before its turn came
      newer.next = row.next;
    }
    this.#tidy(entry);
  }

  /** Lets go of what neither the list nor a row needs. */
  #tidy(entry: Entry): void {
    if (entry.listed || entry.held > 0) return;
    entry.event = undefined;
    if (entry.rows) return;
    this.#entries.delete(entry.id);
    if (entry.newer) entry.newer.older = entry.older;
    else this.#newest = entry.older;
    if (entry.older) entry.older.newer = entry.newer;
    else this.#oldest = entry.newer;
    // A forgotten entry that still points at younger ones keeps them alive past a minor collection.
    entry.older = undefined;
    entry.newer = undefined;
  }
}
