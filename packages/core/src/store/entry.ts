import type { MonitorEvent } from "../event.ts";
import type { StoredDelivery } from "./query.ts";
import type { Claimed, DeliveryFailure, Outcome } from "./store.ts";

/** What all deliveries that were taken in one group have in common. */
export interface Taking {
  readonly now: number;
  readonly leaseUntil: number;
}

/** The same of events that went the same way. */
export interface JointTaking extends Taking {
  /** Everybody they were taken for, each once. */
  readonly receivers: readonly string[];
}

/** The lease of what waits to be claimed: it ran out long ago, whatever the clock does. */
export const unleased = Number.NEGATIVE_INFINITY;

/** When a lease ends; one of 0 is given back. */
export const leaseEnd = (now: number, leaseMs: number): number =>
  leaseMs === 0 ? unleased : now + leaseMs;

/** The fence of a delivery that nobody has claimed since it was taken. */
export const firstFence = 1;

/** How many deliveries of one event fit in the bits of an integer, and of two. A shift counts modulo the first. */
const wordBits = 32;
const maxFresh = 2 * wordBits;

const ones = (count: number): number => (count < wordBits ? (1 << count) - 1 : -1);

/** Of all entries that have none; never written. */
const noRows = new Map<string, Row>();

/** An event, and its deliveries without a fate. Most of them never need more than a bit. */
export class Entry {
  readonly event: MonitorEvent;
  readonly bytes: number;
  /** Order of arrival, without gaps. */
  readonly seq: number;
  /** Its receivers are all whom the event is or was for. */
  taking: JointTaking;
  /** Bit i: the delivery to the receiver of index i is pending and as it was taken. */
  fresh: number;
  /** The same of those behind them. */
  further = 0;
  /** The deliveries that are pending or dead and have a history, or no bit, by receiver. */
  rows = noRows;
  /** Counts against the bounds on events. */
  listed = true;

  /** @param fresh - false: all its deliveries have their fates. */
  constructor(event: MonitorEvent, bytes: number, seq: number, taking: JointTaking, fresh = true) {
    const { receivers } = taking;
    this.event = event;
    this.bytes = bytes;
    this.seq = seq;
    this.taking = taking;
    this.fresh = fresh ? ones(receivers.length) : 0;
    if (!fresh || receivers.length <= wordBits) return;
    this.further = ones(receivers.length - wordBits);
    for (const receiver of receivers.slice(maxFresh)) openRow(this, receiver, taking);
  }
}

/** A delivery without a fate; a dead one has none as long as it can be replayed. */
export class Row implements StoredDelivery {
  readonly entry: Entry;
  readonly receiver: string;
  fence = firstFence;
  takenAt: number;
  leaseUntil: number;
  outcome: Outcome | undefined = undefined;
  lastError: DeliveryFailure | null = null;

  constructor(entry: Entry, receiver: string, { now, leaseUntil }: Taking) {
    this.entry = entry;
    this.receiver = receiver;
    this.takenAt = now;
    this.leaseUntil = leaseUntil;
  }

  get seq(): number {
    return this.entry.seq;
  }

  get eventId(): string {
    return this.entry.event.id;
  }

  get state(): "pending" | "dead" {
    return this.outcome?.state === "dead" ? "dead" : "pending";
  }

  claimed(): Claimed {
    const { outcome } = this;
    const waiting = outcome?.state === "pending" ? outcome : undefined;
    return {
      event_id: this.eventId,
      receiver: this.receiver,
      fence: this.fence,
      event: this.entry.event,
      attempts: outcome?.attempts ?? 0,
      batch_id: outcome?.batch_id ?? null,
      resume: waiting?.resume ?? null,
      last_error: this.lastError,
      taken_at: this.takenAt,
      next_at: waiting?.next_at ?? null,
    };
  }
}

/** One more receiver, unless it has or had the event. */
export const addReceiver = (entry: Entry, receiver: string, taking: Taking): void => {
  const { receivers } = entry.taking;
  if (receivers.includes(receiver)) return;
  entry.taking = { ...entry.taking, receivers: [...receivers, receiver] };
  openRow(entry, receiver, taking);
};

const openRow = (entry: Entry, receiver: string, taking: Taking): Row => {
  const row = new Row(entry, receiver, taking);
  if (entry.rows === noRows) entry.rows = new Map();
  entry.rows.set(receiver, row);
  return row;
};

/** The index of a delivery that is as it was taken, else -1. As quick however many receivers there are. */
export const freshAt = (entry: Entry, receiver: string): number => {
  const index = entry.taking.receivers.lastIndexOf(receiver, maxFresh - 1);
  const word = index < wordBits ? entry.fresh : entry.further;
  return word & (1 << index) ? index : -1;
};

/** Has the delivery as it was taken no longer; false: it was not. */
export const endFresh = (entry: Entry, receiver: string): boolean => {
  const index = freshAt(entry, receiver);
  if (index < 0) return false;
  if (index < wordBits) entry.fresh ^= 1 << index;
  else entry.further ^= 1 << index;
  return true;
};

/** The delivery, which gets its own row if it has none; undefined when it has its fate. */
export const rowOf = (entry: Entry, receiver: string): Row | undefined => {
  if (endFresh(entry, receiver)) return openRow(entry, receiver, entry.taking);
  return entry.rows.get(receiver);
};

/** All deliveries without a fate. One that is as it was taken is shown by a row of its own, which is not the entry's. */
export const rowsOf = (entry: Entry): readonly Row[] => {
  const fresh = entry.taking.receivers.filter((receiver) => freshAt(entry, receiver) >= 0);
  return [
    ...entry.rows.values(),
    ...fresh.map((receiver) => new Row(entry, receiver, entry.taking)),
  ];
};

export const removeRow = (row: Row): void => {
  row.entry.rows.delete(row.receiver);
};

/** Some delivery is pending, or dead and can be replayed: the event is needed. */
export const isHeld = ({ fresh, further, rows }: Entry): boolean =>
  (fresh | further) !== 0 || rows.size > 0;

export const isOpen = ({ fresh, further, rows }: Entry): boolean =>
  (fresh | further) !== 0 || [...rows.values()].some(({ state }) => state === "pending");
