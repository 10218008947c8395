import type { MonitorEvent } from "../event.ts";
import { Entry, isHeld, isOpen, type JointTaking, type Row, removeRow } from "./entry.ts";
import { weigh } from "./weight.ts";

export interface ShelfLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxDead: number;
}

const maxTrails = 1_000;

/** A remembered event, in order of arrival. */
interface Remembered {
  readonly seq: number;
  readonly event: MonitorEvent;
}

/**
 * The events that are remembered. One leaves the list, oldest first, when there are too many or they
 * weigh too much; a delivery that is pending or dead keeps it beyond. Dead ones are forgotten, oldest
 * first, when there are too many or what is kept weighs too much.
 *
 * Of most nothing but the event itself is kept: the collector lets garbage grow to several times
 * what is held before it looks for it, so an object more for each would cost four.
 *
 * Ids are ordered by emission, so events are found by halving and not by a hash: a map of the latest
 * ten thousand would cost more than all the rest. It takes over while ids have come out of order.
 */
export class Shelf {
  readonly #limits: ShelfLimits;
  /** The list: `#first` to `#last` by `seq`, modulo the length. An entry while a delivery needs it, then the event. */
  #slots: (Entry | MonitorEvent | undefined)[] = new Array(64);
  #takings: (JointTaking | undefined)[] = new Array(64);
  #first = 1;
  #last = 0;
  #bytes = 0;
  /** Those that deliveries keep beyond the list, in order. */
  readonly #kept = new Map<string, Entry>();
  #keptBytes = 0;
  readonly #dead = new Set<Row>();
  #latestId = "";
  #byId: Map<string, number> | undefined;
  /** The last that came out of order. */
  #disorder = 0;
  /** By receiver, where its last outcome was found: the next one is mostly right behind. */
  readonly #trails = new Map<string, number>();

  constructor(limits: ShelfLimits) {
    this.#limits = limits;
  }

  /** The entry of an event that may be new, which costs one comparison when it is. */
  known(id: string): Entry | undefined {
    return id > this.#latestId ? undefined : this.find(id);
  }

  /** Call `trim` afterwards. */
  add(event: MonitorEvent, taking: JointTaking): void {
    const bytes = weigh(event);
    if (this.#last - this.#first + 1 === this.#slots.length) this.#grow();
    this.#last += 1;
    const slot = this.#slotOf(this.#last);
    const needed = taking.receivers.length > 0;
    this.#slots[slot] = needed ? new Entry(event, bytes, this.#last, taking) : event;
    this.#takings[slot] = taking;
    this.#bytes += bytes;
    if (event.id > this.#latestId) this.#latestId = event.id;
    else this.#noteDisorder();
    this.#byId?.set(event.id, this.#last);
  }

  find(id: string): Entry | undefined {
    const seq = this.#byId ? this.#byId.get(id) : this.#halve(id);
    return seq !== undefined && this.#idAt(seq) === id ? this.#entryAt(seq) : this.#kept.get(id);
  }

  /** The same, quicker for outcomes, which a receiver mostly tells in order. */
  findFor(receiver: string, id: string): Entry | undefined {
    const next = (this.#trails.get(receiver) ?? 0) + 1;
    const isNext = next >= this.#first && next <= this.#last && this.#idAt(next) === id;
    const entry = isNext ? this.#entryAt(next) : this.find(id);
    if (!entry?.listed) return entry;
    if (this.#trails.size >= maxTrails) this.#trails.clear();
    this.#trails.set(receiver, entry.seq);
    return entry;
  }

  /** Those that a delivery needs, oldest first. */
  *held(): Generator<Entry> {
    yield* this.#kept.values();
    for (let seq = this.#first; seq <= this.#last; seq += 1) {
      const entry = this.#at(seq);
      if (entry instanceof Entry && isHeld(entry)) yield entry;
    }
  }

  *newestFirst(): Generator<Remembered> {
    for (let seq = this.#last; seq >= this.#first; seq -= 1) {
      const event = this.#eventAt(seq);
      if (event) yield { seq, event };
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

  /** Lets go of what no delivery needs any more: the entry, and the event too when it is off the list. */
  loosen(entry: Entry): void {
    if (isHeld(entry)) return;
    // An entry whose receivers have grown says who had the event; it stays.
    if (entry.listed && entry.receivers === entry.taking.receivers)
      this.#slots[this.#slotOf(entry.seq)] = entry.event;
    else if (this.#kept.delete(entry.event.id)) this.#keptBytes -= entry.bytes;
  }

  /** Forgets events taken before a time, unless a delivery is pending, and then the oldest of too many. Answers how many. */
  prune(before: number, maxEvents: number, most: number): number {
    let pruned = 0;
    for (const entry of this.#oldestFirst()) {
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

  *#oldestFirst(): Generator<Entry> {
    yield* this.#kept.values();
    for (let seq = this.#first; seq <= this.#last; seq += 1) {
      const entry = this.#entryAt(seq);
      if (entry) yield entry;
    }
  }

  /** Takes the oldest off the list. */
  #unlist(): void {
    const slot = this.#slotOf(this.#first);
    const one = this.#slots[slot];
    this.#byId?.delete(this.#idAt(this.#first));
    this.#slots[slot] = undefined;
    this.#first += 1;
    if (one instanceof Entry) {
      this.#bytes -= one.bytes;
      one.listed = false;
      if (isHeld(one)) {
        this.#kept.set(one.event.id, one);
        this.#keptBytes += one.bytes;
      }
    } else if (one) this.#bytes -= weigh(one);
    if (this.#first > this.#disorder) this.#byId = undefined;
  }

  #noteDisorder(): void {
    this.#disorder = this.#last;
    if (this.#byId) return;
    this.#byId = new Map();
    for (let seq = this.#first; seq <= this.#last; seq += 1) this.#byId.set(this.#idAt(seq), seq);
  }

  #slotOf(seq: number): number {
    return seq % this.#slots.length;
  }

  #at(seq: number): Entry | MonitorEvent | undefined {
    return this.#slots[this.#slotOf(seq)];
  }

  #eventAt(seq: number): MonitorEvent | undefined {
    const one = this.#at(seq);
    return one instanceof Entry ? one.event : one;
  }

  #idAt(seq: number): string {
    return this.#eventAt(seq)?.id ?? "";
  }

  /** The entry, made anew when none was needed: whoever gets it may change it. */
  #entryAt(seq: number): Entry | undefined {
    const slot = this.#slotOf(seq);
    const one = this.#slots[slot];
    const taking = this.#takings[slot];
    if (one instanceof Entry) return one;
    if (one === undefined || taking === undefined) return undefined;
    const entry = new Entry(one, weigh(one), seq, taking, false);
    this.#slots[slot] = entry;
    return entry;
  }

  /** The first that is not before `id`. */
  #halve(id: string): number {
    let from = this.#first;
    let to = this.#last + 1;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (this.#idAt(middle) < id) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #grow(): void {
    const { length } = this.#slots;
    // One more than are kept, for the one that is added before the oldest goes.
    const longer = Math.max(length + 1, Math.min(length * 2, this.#limits.maxEvents + 1));
    const slots: (Entry | MonitorEvent | undefined)[] = new Array(longer);
    const takings: (JointTaking | undefined)[] = new Array(longer);
    for (let seq = this.#first; seq <= this.#last; seq += 1) {
      slots[seq % longer] = this.#at(seq);
      takings[seq % longer] = this.#takings[this.#slotOf(seq)];
    }
    this.#slots = slots;
    this.#takings = takings;
  }
}
