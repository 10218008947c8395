import { levels } from "../event.ts";
import { Bag } from "./bag.ts";
import { type Batch, type BatchOptions, batchDueAt, type Lost, newBatch } from "./batch.ts";
import { EventQueue, type QueueLimits } from "./queue.ts";
import type { Restored } from "./restore.ts";
import { StoredBacklog } from "./stored-backlog.ts";
import { isUpTo, type Mark, precedes, type Taken } from "./taken.ts";

export interface BacklogOptions {
  readonly queue: QueueLimits;
  readonly batch: BatchOptions;
  readonly nextId: () => string;
}

const mostGrave = levels.length - 1;

/** So many batches may wait out an outage before nothing new is tried: the destination is away, and what gathers leaves as one. */
const maxRetrying = 32;

/** So many retries in a row that nothing else was tried between: it may be they that fail, and not the destination. */
const maxRow = 8;

/**
 * What one receiver has before it: events that wait for their first attempt, and batches that wait
 * for another. Events in flight still count against the bound.
 */
export class Backlog {
  readonly queue: EventQueue;
  /** What lies in a durable store instead. */
  readonly stored = new StoredBacklog();
  readonly #options: BacklogOptions;
  /** What was emitted no later waits for no company. */
  #hurried: Mark | undefined;
  #retries: Batch[] = [];
  readonly #flying = new Bag<Batch>();
  /** Retries since something new was tried, or anything accepted. */
  #row = 0;
  /** In batches, waiting or in flight. */
  #heldEvents = 0;
  #heldBytes = 0;

  constructor(options: BacklogOptions) {
    this.queue = new EventQueue(options.queue);
    this.#options = options;
  }

  get events(): number {
    return this.queue.length + this.#heldEvents;
  }

  get bytes(): number {
    return this.queue.bytes + this.#heldBytes;
  }

  get retries(): readonly Batch[] {
    return this.#retries;
  }

  /** Since when the oldest waits; Infinity when nothing does. */
  get oldestSince(): number {
    let oldest = this.queue.oldestSince;
    for (const { since } of this.#retries) oldest = Math.min(oldest, since);
    return oldest;
  }

  /** All that is in hand: queued, waiting for a retry, in flight. */
  *[Symbol.iterator](): Generator<Taken> {
    yield* this.queue;
    for (const { members } of this.#retries) yield* members;
    for (const { members } of this.#flying) yield* members;
  }

  /** Events in hand that were emitted no later than the mark. */
  countUpTo(mark: Mark): number {
    let count = 0;
    for (const taken of this) if (isUpTo(taken, mark)) count += 1;
    return count;
  }

  /** Whether `countUpTo` would count any. Cheap, however long the queue. */
  holdsUpTo(mark: Mark): boolean {
    const holds = ({ members }: Batch): boolean => members.some((one) => isUpTo(one, mark));
    return this.queue.holdsUpTo(mark) || this.#retries.some(holds) || [...this.#flying].some(holds);
  }

  /** How much more may come from the store; nothing until half of the bound is free. */
  get room(): { readonly events: number; readonly bytes: number } {
    const { maxEvents, maxBytes } = this.#options.queue;
    const full = 2 * this.events > maxEvents || 2 * this.bytes > maxBytes;
    return full
      ? { events: 0, bytes: 0 }
      : { events: maxEvents - this.events, bytes: maxBytes - this.bytes };
  }

  /** Whether what this process put into the store is coming back, without anything else having to happen. */
  get isComing(): boolean {
    const { events, more, moves } = this.stored;
    return events > 0 && (moves || (more && this.room.events > 0));
  }

  /**
   * Queues what a durable store holds, if it fits and nothing older lies there; answers what stays
   * in the store. What is critical waits behind nobody, and takes the place of the latest of the lowest level.
   */
  place(taken: Taken): readonly Taken[] {
    const left: Taken[] = [];
    const isGrave = taken.rank === mostGrave;
    if (!isGrave && this.stored.events > 0) return [taken];
    while (!this.queue.fits(taken, this.#heldEvents, this.#heldBytes)) {
      const latest = isGrave ? this.queue.popBelow(mostGrave) : undefined;
      left.push(latest ?? taken);
      if (latest === undefined) return left;
    }
    this.queue.push(taken);
    return left;
  }

  /** Lets go of those that another has; what flies lands. Answers which. */
  relinquish(eventIds: ReadonlySet<string>): readonly Taken[] {
    const isGone = ({ event }: Taken): boolean => eventIds.has(event.id);
    return [...this.queue.remove(isGone), ...this.#pick(isGone).map(({ taken }) => taken)];
  }

  /** One event that must go before `taken` fits, removed; `taken` itself when it must not come in. */
  makeRoom(taken: Taken): Taken | undefined {
    return this.queue.makeRoom(taken, this.#heldEvents, this.#heldBytes);
  }

  /** When there is something to try: at or before `now` means at once; Infinity: nothing. */
  dueAt(): number {
    let due = this.#freshDueAt();
    for (const { notBefore } of this.#retries) due = Math.min(due, notBefore);
    return due;
  }

  /** The next batch to try: the oldest that waits no longer, else, and from time to time, a new one. `done` it when its attempt ended. */
  next(now: number): Batch | undefined {
    const isTurnOfFresh = this.#row >= maxRow && this.#freshDueAt() <= now;
    const found = isTurnOfFresh ? undefined : this.#oldestDue(now);
    if (found !== undefined) this.#retries = this.#retries.filter((batch) => batch !== found);
    this.#row = found === undefined ? 0 : this.#row + 1;
    const next = found ?? this.#form();
    if (next !== undefined) this.#flying.add(next);
    return next;
  }

  /** Keeps a batch for another attempt. */
  wait(batch: Batch, notBefore: number): void {
    batch.notBefore = notBefore;
    this.#retries.push(batch);
    this.#hold(batch);
  }

  /** Takes in what waits elsewhere, however much that is. */
  restore({ fresh, batches }: Restored): void {
    for (const taken of fresh) this.queue.push(taken);
    for (const batch of batches) this.wait(batch, batch.notBefore);
  }

  /** A batch from `next` is held no longer; `wait` for it again to keep it. */
  done(batch: Batch): void {
    this.#flying.delete(batch);
    this.#heldEvents -= batch.members.length;
    this.#heldBytes -= batch.bytes;
  }

  /** What waits for company, up to the mark, waits no longer; answers whether that changes anything. */
  sendUpTo(mark: Mark): boolean {
    // A mark from before the first event would hurry whatever comes back from the store later.
    if (mark.id === "" && mark.others !== true) return false;
    const last = this.#hurried;
    this.#hurried = mark;
    const isNews = last?.seq !== mark.seq || last.others !== mark.others;
    return isNews && this.queue.length > 0;
  }

  /** What waited out an outage that is over waits no longer. */
  hurry(): void {
    for (const batch of this.#retries) if (batch.strikes === 0) batch.notBefore = 0;
  }

  /** Removes and answers what waits since before `cutoff`; the young of a batch wait on in a new one. */
  expire(cutoff: number): readonly Lost[] {
    const expired: Lost[] = [];
    if (this.oldestSince >= cutoff) return expired;
    for (
      let old = this.queue.shiftOlder(cutoff);
      old !== undefined;
      old = this.queue.shiftOlder(cutoff)
    ) {
      expired.push({ taken: old, batch: null });
    }
    return [...expired, ...this.#pick(({ since }) => since < cutoff)];
  }

  /** Removes and answers all that waits. */
  clear(): readonly Lost[] {
    return this.expire(Number.POSITIVE_INFINITY);
  }

  /** The destination accepted something. */
  accepted(): void {
    this.#row = 0;
  }

  /** Takes all of a kind out of the batches that wait; the rest of each waits on in a new one. */
  #pick(isOne: (taken: Taken) => boolean): readonly Lost[] {
    return this.#retries.flatMap((batch) => {
      const picked = batch.members.filter(isOne);
      if (picked.length === 0) return [];
      this.#retries = this.#retries.filter((other) => other !== batch);
      this.done(batch);
      const rest = batch.members.filter((member) => !isOne(member));
      for (const part of batch.split([rest], this.#options.nextId)) {
        part.strikes = batch.strikes;
        part.failures = batch.failures;
        this.wait(part, batch.notBefore);
      }
      return picked.map((taken) => ({ taken, batch }));
    });
  }

  #freshDueAt(): number {
    const outages = this.#retries.filter(({ strikes }) => strikes === 0).length;
    if (this.queue.length === 0 || (outages >= maxRetrying && this.#row < maxRow))
      return Number.POSITIVE_INFINITY;
    const { batch } = this.#options;
    const { length, oldestSince } = this.queue;
    const hurries = this.#hurried && batch.maxWaitMs > 0 && this.queue.holdsUpTo(this.#hurried);
    return hurries ? oldestSince : batchDueAt(length, oldestSince, batch);
  }

  #oldestDue(now: number): Batch | undefined {
    let found: Batch | undefined;
    for (const batch of this.#retries) {
      const older = found === undefined || precedes(batch.members[0], found.members[0]);
      if (batch.notBefore <= now && older) found = batch;
    }
    return found;
  }

  #form(): Batch | undefined {
    const events: Taken[] = [];
    while (events.length < this.#options.batch.maxSize) {
      const next = this.queue.shift();
      if (next === undefined) break;
      events.push(next);
    }
    events.sort((one, other) => (precedes(one, other) ? -1 : 1));
    const batch = newBatch(events, this.#options.nextId);
    if (batch !== undefined) this.#hold(batch);
    return batch;
  }

  #hold(batch: Batch): void {
    this.#heldEvents += batch.members.length;
    this.#heldBytes += batch.bytes;
  }
}
