import { type Batch, type BatchOptions, batchDueAt, newBatch } from "./batch.ts";
import { EventQueue, type QueueLimits } from "./queue.ts";
import type { Taken } from "./taken.ts";

export interface BacklogOptions {
  readonly queue: QueueLimits;
  readonly batch: BatchOptions;
  readonly nextId: () => string;
}

/** What came from a store has no order of emission here, but its id has. */
const precedes = (one: Taken, other: Taken): boolean =>
  one.seq === other.seq ? one.event.id < other.event.id : one.seq < other.seq;

/** So many batches may wait out an outage before nothing new is tried: the destination is away, and what gathers leaves as one. */
const maxRetrying = 32;

/**
 * What one receiver has before it: events that wait for their first attempt, and batches that wait
 * for another. Events in flight still count against the bound.
 */
export class Backlog {
  readonly queue: EventQueue;
  readonly #options: BacklogOptions;
  #retries: Batch[] = [];
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
    for (const { members } of this.#retries) oldest = Math.min(oldest, members[0].since);
    return oldest;
  }

  /** One event that must go before `taken` fits, removed; `taken` itself when it must not come in. */
  makeRoom(taken: Taken): Taken | undefined {
    return this.queue.makeRoom(taken, this.#heldEvents, this.#heldBytes);
  }

  /** When there is something to try: at or before `now` means at once; Infinity: nothing. */
  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    let outages = 0;
    for (const { notBefore, strikes } of this.#retries) {
      due = Math.min(due, notBefore);
      if (strikes === 0) outages += 1;
    }
    if (this.queue.length > 0 && outages < maxRetrying) {
      due = Math.min(
        due,
        batchDueAt(this.queue.length, this.queue.oldestSince, this.#options.batch),
      );
    }
    return due;
  }

  /** The next batch to try: the oldest that waits no longer, else a new one. `done` it when its attempt ended. */
  next(now: number): Batch | undefined {
    let found: Batch | undefined;
    for (const batch of this.#retries) {
      const older = found === undefined || precedes(batch.members[0], found.members[0]);
      if (batch.notBefore <= now && older) found = batch;
    }
    if (found !== undefined) this.#retries = this.#retries.filter((batch) => batch !== found);
    return found ?? this.#form();
  }

  /** Keeps a batch for another attempt. */
  wait(batch: Batch, notBefore: number): void {
    batch.notBefore = notBefore;
    this.#retries.push(batch);
    this.#hold(batch);
  }

  /** A batch from `next` is held no longer; `wait` for it again to keep it. */
  done(batch: Batch): void {
    this.#heldEvents -= batch.members.length;
    this.#heldBytes -= batch.bytes;
  }

  /** What waited out an outage that is over waits no longer. */
  hurry(): void {
    for (const batch of this.#retries) if (batch.strikes === 0) batch.notBefore = 0;
  }

  /** Removes and answers what waits since before `cutoff`; the young of a batch wait on in a new one. */
  expire(cutoff: number): { readonly taken: Taken; readonly batch: Batch | null }[] {
    const expired: { taken: Taken; batch: Batch | null }[] = [];
    if (this.oldestSince >= cutoff) return expired;
    for (
      let old = this.queue.shiftOlder(cutoff);
      old !== undefined;
      old = this.queue.shiftOlder(cutoff)
    ) {
      expired.push({ taken: old, batch: null });
    }
    for (const batch of this.#retries.filter(({ members }) => members[0].since < cutoff)) {
      this.#retries = this.#retries.filter((other) => other !== batch);
      this.done(batch);
      const young = batch.members.filter(({ since }) => since >= cutoff);
      for (const taken of batch.members) if (taken.since < cutoff) expired.push({ taken, batch });
      for (const rest of batch.split([young], this.#options.nextId))
        this.wait(rest, batch.notBefore);
    }
    return expired;
  }

  /** Removes and answers all that waits. */
  clear(): { readonly taken: Taken; readonly batch: Batch | null }[] {
    return this.expire(Number.POSITIVE_INFINITY);
  }

  #form(): Batch | undefined {
    const events: Taken[] = [];
    while (events.length < this.#options.batch.maxSize) {
      const next = this.queue.shift();
      if (next === undefined) break;
      events.push(next);
    }
    const batch = newBatch(events, this.#options.nextId);
    if (batch !== undefined) this.#hold(batch);
    return batch;
  }

  #hold(batch: Batch): void {
    this.#heldEvents += batch.members.length;
    this.#heldBytes += batch.bytes;
  }
}
