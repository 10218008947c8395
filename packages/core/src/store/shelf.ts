import type { MonitorEvent } from "../event.ts";
import { Entry, isHeld, isOpen, type Row, removeRow, type Taking } from "./entry.ts";

export interface ShelfLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxDead: number;
}

const maxTrails = 1_000;

/**
 * The events that are remembered. One leaves the list, oldest first, when there are too many or they
 * weigh too much; a delivery that is pending or dead keeps it beyond. Dead ones are forgotten, oldest
 * first, when there are too many or what is kept weighs too much.
 *
 * Ids are ordered by emission, so events are found by halving and not by a hash: a map of the latest
 * ten thousand would cost more than all the rest. It takes over while ids have come out of order.
 */
export class Shelf {
  readonly #limits: ShelfLimits;
  /** The list: entries `#first` to `#last` by `seq`, modulo the length, a power of two. */
  #slots: (Entry | undefined)[] = new Array(64);
  #first = 1;
  #last = 0;
  #bytes = 0;
  /** Those that deliveries keep beyond the list, in order. */
  readonly #kept = new Map<string, Entry>();
  #keptBytes = 0;
  readonly #dead = new Set<Row>();
  #latestId = "";
  #byId: Map<string, Entry> | undefined;
  /** The last that came out of order. */
  #disorder = 0;
  /** By receiver, where its last outcome was found: the next one is mostly right behind. */
  readonly #trails = new Map<string, { seq: number }>();

  constructor(limits: ShelfLimits) {
    this.#limits = limits;
  }

  /** The entry of an event that may be new, which costs one comparison when it is. */
  known(id: string): Entry | undefined {
    return id > this.#latestId ? undefined : this.find(id);
  }

  /** Call `trim` afterwards. */
  add(event: MonitorEvent, bytes: number, taking: Taking, receivers: readonly string[]): Entry {
    if (this.#last - this.#first + 1 === this.#slots.length) this.#grow();
    this.#last += 1;
    const entry = new Entry(event, bytes, this.#last, taking, receivers);
    this.#slots[this.#last & (this.#slots.length - 1)] = entry;
    this.#bytes += bytes;
    if (event.id > this.#latestId) this.#latestId = event.id;
    else this.#noteDisorder();
    this.#byId?.set(event.id, entry);
    return entry;
  }

  find(id: string): Entry | undefined {
    return this.#search(id, this.#first, this.#last + 1);
  }

  /** The same, quicker for outcomes, which a receiver mostly tells in order. */
  findFor(receiver: string, id: string): Entry | undefined {
    let trail = this.#trails.get(receiver);
    if (!trail) {
      if (this.#trails.size >= maxTrails) this.#trails.clear();
      trail = { seq: 0 };
      this.#trails.set(receiver, trail);
    }
    const entry = this.#follow(trail.seq, id);
    if (entry?.listed) trail.seq = entry.seq;
    return entry;
  }

  /** Oldest first. */
  *entries(): Generator<Entry> {
    yield* this.#kept.values();
    for (let seq = this.#first; seq <= this.#last; seq += 1) {
      const entry = this.#at(seq);
      if (entry) yield entry;
    }
  }

  *newestFirst(): Generator<Entry> {
    for (let seq = this.#last; seq >= this.#first; seq -= 1) {
      const entry = this.#at(seq);
      if (entry) yield entry;
    }
    yield* [...this.#kept.values()].reverse();
  }

  /** Holds the bounds on events. */
  trim(): void {
    const { maxEvents, maxBytes } = this.#limits;
    while (this.#last - this.#first >= maxEvents || this.#bytes > maxBytes) this.#unlist();
    while (this.#keptBytes > maxBytes && this.#dead.size > 0) this.#forgetOldestDead();
  }

  bury(row: Row): void {
    row.state = "dead";
    this.#dead.add(row);
    if (this.#dead.size > this.#limits.maxDead) this.#forgetOldestDead();
  }

  revive(row: Row): void {
    row.state = "pending";
    this.#dead.delete(row);
  }

  /** The delivery has its fate. */
  remove(row: Row): void {
    this.#dead.delete(row);
    removeRow(row);
    this.loosen(row.entry);
  }

  /** Lets go of an event that neither the list nor a delivery needs any more. */
  loosen(entry: Entry): void {
    if (entry.listed || isHeld(entry)) return;
    if (this.#kept.delete(entry.event.id)) this.#keptBytes -= entry.bytes;
    this.#byId?.delete(entry.event.id);
  }

  /** Forgets events taken before a time, unless a delivery is pending, and then the oldest of too many. Answers how many. */
  prune(before: number, maxEvents: number, most: number): number {
    let pruned = 0;
    for (const entry of this.entries()) {
      const isOld = entry.taking.now < before;
      const isExcess = entry.listed && this.#last - this.#first >= maxEvents;
      if (pruned === most || (entry.listed && !isOld && !isExcess)) break;
      if (isOld && !isOpen(entry)) this.#removeRows(entry);
      if (entry.listed) this.#unlist();
      if (!isHeld(entry)) pruned += 1;
    }
    this.trim();
    return pruned;
  }

  #removeRows(entry: Entry): void {
    for (let row = entry.rows; row; row = entry.rows) this.remove(row);
  }

  #forgetOldestDead(): void {
    const [row] = this.#dead;
    if (row) this.remove(row);
  }

  /** Takes the oldest off the list. */
  #unlist(): void {
    const slot = this.#first & (this.#slots.length - 1);
    const entry = this.#slots[slot];
    this.#slots[slot] = undefined;
    this.#first += 1;
    if (!entry) return;
    this.#bytes -= entry.bytes;
    entry.listed = false;
    if (isHeld(entry)) {
      this.#kept.set(entry.event.id, entry);
      this.#keptBytes += entry.bytes;
    } else {
      this.#byId?.delete(entry.event.id);
    }
    if (this.#first > this.#disorder) this.#byId = undefined;
  }

  #noteDisorder(): void {
    this.#disorder = this.#last;
    if (this.#byId) return;
    this.#byId = new Map();
    for (const entry of this.entries()) this.#byId.set(entry.event.id, entry);
  }

  #at(seq: number): Entry | undefined {
    return this.#slots[seq & (this.#slots.length - 1)];
  }

  #idAt(seq: number): string {
    return this.#at(seq)?.event.id ?? "";
  }

  /** The next one, or else searched for upwards from `seq` in growing steps. */
  #follow(seq: number, id: string): Entry | undefined {
    const next = seq >= this.#first && seq < this.#last ? this.#at(seq + 1) : undefined;
    if (next?.event.id === id) return next;
    if (seq < this.#first || this.#byId || this.#idAt(seq) > id) return this.find(id);
    let low = seq;
    let step = 1;
    while (low + step <= this.#last && this.#idAt(low + step) < id) {
      low += step;
      step *= 2;
    }
    return this.#search(id, low, Math.min(low + step, this.#last) + 1);
  }

  /** From `low` up to, not including, `high`; else among those kept. */
  #search(id: string, low: number, high: number): Entry | undefined {
    if (this.#byId) return this.#byId.get(id);
    let from = low;
    let to = high;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (this.#idAt(middle) < id) from = middle + 1;
      else to = middle;
    }
    const entry = from < high ? this.#at(from) : undefined;
    return entry?.event.id === id ? entry : this.#kept.get(id);
  }

  #grow(): void {
    const slots: (Entry | undefined)[] = new Array(this.#slots.length * 2);
    for (let seq = this.#first; seq <= this.#last; seq += 1) {
      slots[seq & (slots.length - 1)] = this.#at(seq);
    }
    this.#slots = slots;
  }
}
