import type { MonitorEvent } from "../event.ts";
import { Entry, isHeld, isOpen, type JointTaking, type Row, removeRow } from "./entry.ts";
import { Pack, Packer } from "./pack.ts";
import type { EventHead } from "./query.ts";

export interface EventRingLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxDead: number;
}

const maxTrails = 1_000;
/** An array that grows leaves room for half as much again. */
const presized = 16_384;

/** An event, of which only the head is there until the rest is asked for. */
interface Remembered {
  /** Its order of arrival. */
  readonly seq: number;
  readonly head: EventHead;
  readonly event: () => MonitorEvent | undefined;
}

/**
 * The events that are remembered. One leaves the list, oldest first, when there are too many or they
 * weigh too much; a delivery that is pending or dead keeps it beyond. Dead ones are forgotten, oldest
 * first, when there are too many or what is kept weighs too much.
 *
 * Ids are ordered by emission, so events are found by halving and not by a hash: a map of the latest
 * ten thousand would cost more than all the rest. It takes over while ids have come out of order.
 */
export class EventRing {
  readonly #limits: EventRingLimits;
  /** The list: `#first` to `#last` by `seq`, modulo one more than are kept. What no delivery needs is packed. */
  readonly #slots: (Entry | Pack | undefined)[];
  readonly #packer = new Packer();
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

  constructor(limits: EventRingLimits) {
    this.#limits = limits;
    this.#slots = new Array(Math.min(limits.maxEvents + 1, presized));
  }

  /** The entry of an event that may be new, which costs one comparison when it is. */
  known(id: string): Entry | undefined {
    return id > this.#latestId ? undefined : this.find(id);
  }

  /** Call `trim` afterwards. */
  add(event: MonitorEvent, bytes: number, taking: JointTaking): void {
    this.#last += 1;
    const entry = new Entry(event, bytes, this.#last, taking);
    this.#slots[this.#slotOf(this.#last)] = entry;
    this.#bytes += entry.bytes;
    if (event.id > this.#latestId) this.#latestId = event.id;
    else this.#noteDisorder();
    this.#byId?.set(event.id, this.#last);
    this.forgetUnlessHeld(entry);
  }

  find(id: string): Entry | undefined {
    const seq = this.#byId ? this.#byId.get(id) : this.#halve(id);
    const isListed = seq !== undefined && seq <= this.#last && this.#idAt(seq) === id;
    return isListed ? this.#wake(seq) : this.#kept.get(id);
  }

  /** The same, quicker for outcomes, which a receiver mostly tells in order. */
  findFor(receiver: string, id: string): Entry | undefined {
    const next = (this.#trails.get(receiver) ?? 0) + 1;
    const isNext = next >= this.#first && next <= this.#last && this.#idAt(next) === id;
    const entry = isNext ? this.#wake(next) : this.find(id);
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
      const one = this.#at(seq);
      const head = one instanceof Pack ? one.headOf(seq) : one?.event;
      if (head) yield { seq, head, event: () => this.#entryAt(seq)?.event };
    }
    for (const { seq, event } of [...this.#kept.values()].reverse())
      yield { seq, head: event, event: () => event };
  }

  /** Holds the bounds on events. */
  trim(): void {
    const { maxEvents, maxBytes } = this.#limits;
    while (this.#last - this.#first >= maxEvents || this.#bytes > maxBytes) this.#unlist();
    while (this.#keptBytes > maxBytes && this.#dead.size > 0) this.#forgetOldestDead();
  }

  markDead(row: Row): void {
    this.#dead.add(row);
    if (this.#dead.size > this.#limits.maxDead) this.#forgetOldestDead();
  }

  revive(row: Row): void {
    this.#dead.delete(row);
  }

  /** The delivery has its fate. */
  remove(row: Row): void {
    this.#dead.delete(row);
    removeRow(row);
    this.forgetUnlessHeld(row.entry);
  }

  /** Packs what no delivery needs any more, or lets go of it when it is off the list too. */
  forgetUnlessHeld(entry: Entry): void {
    if (isHeld(entry)) return;
    if (entry.listed) this.#slots[this.#slotOf(entry.seq)] = this.#packer.pack(entry) ?? entry;
    else if (this.#kept.delete(entry.event.id)) this.#keptBytes -= entry.bytes;
  }

  /** Forgets events taken before a time, unless a delivery is pending, and then the oldest of too many. Answers how many. */
  prune(before: number, maxEvents: number, most: number): number {
    let pruned = 0;
    for (const entry of this.#oldestFirst()) {
      const isOld = entry.taking.now < before;
      const isExcess = entry.listed && this.#last - this.#first >= maxEvents;
      if (pruned === most || (entry.listed && !isOld && !isExcess)) break;
      if (isOld && !isOpen(entry)) for (const row of entry.rows.values()) this.remove(row);
      if (entry.listed) this.#unlist();
      if (!isHeld(entry)) pruned += 1;
    }
    this.trim();
    return pruned;
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
    const one = this.#at(this.#first);
    if (this.#byId) this.#byId.delete(this.#idAt(this.#first));
    this.#bytes -= one instanceof Pack ? one.bytesOf(this.#first) : (one?.bytes ?? 0);
    this.#slots[this.#slotOf(this.#first)] = undefined;
    this.#first += 1;
    if (one instanceof Entry) {
      one.listed = false;
      if (isHeld(one)) {
        this.#kept.set(one.event.id, one);
        this.#keptBytes += one.bytes;
      }
    }
    if (this.#first > this.#disorder) this.#byId = undefined;
  }

  #noteDisorder(): void {
    this.#disorder = this.#last;
    if (this.#byId) return;
    this.#byId = new Map();
    for (let seq = this.#first; seq <= this.#last; seq += 1) this.#byId.set(this.#idAt(seq), seq);
  }

  #slotOf(seq: number): number {
    return seq % (this.#limits.maxEvents + 1);
  }

  #at(seq: number): Entry | Pack | undefined {
    return this.#slots[this.#slotOf(seq)];
  }

  #idAt(seq: number): string {
    const one = this.#at(seq);
    return one instanceof Pack ? one.idOf(seq) : (one?.event.id ?? "");
  }

  #entryAt(seq: number): Entry | undefined {
    const one = this.#at(seq);
    return one instanceof Pack ? one.entryOf(seq) : one;
  }

  /** The entry, for those who may change it. */
  #wake(seq: number): Entry | undefined {
    const entry = this.#entryAt(seq);
    this.#slots[this.#slotOf(seq)] = entry;
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
}
