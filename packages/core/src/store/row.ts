import type { JsonValue } from "../errors.ts";
import type { MonitorEvent } from "../event.ts";
import type { Claimed, Delivery, DeliveryFailure, DeliveryState } from "./store.ts";

/** An event and its deliveries, in a list by age. */
export class Entry {
  readonly id: string;
  /** Undefined once the bounds forgot it and only settled rows remain. */
  event: MonitorEvent | undefined;
  readonly bytes: number;
  readonly seq: number;
  readonly takenAt: number;
  rows: Row | undefined = undefined;
  /** Counts against the bound on events. */
  listed = true;
  /** Rows that are pending or dead: they keep the event. */
  held = 0;
  older: Entry | undefined = undefined;
  newer: Entry | undefined = undefined;

  constructor(event: MonitorEvent, bytes: number, seq: number, takenAt: number) {
    this.id = event.id;
    this.event = event;
    this.bytes = bytes;
    this.seq = seq;
    this.takenAt = takenAt;
  }
}

/** One event at one receiver. */
export class Row {
  readonly entry: Entry;
  readonly receiver: string;
  next: Row | undefined;
  state: DeliveryState = "pending";
  fence = 1;
  attempts = 0;
  takenAt: number;
  leaseUntil: number;
  nextAt: number | null = null;
  settledAt: number | null = null;
  batchId: string | null = null;
  reason: string | null = null;
  reference: string | null = null;
  lastError: DeliveryFailure | null = null;
  resume: JsonValue = null;

  constructor(entry: Entry, receiver: string, takenAt: number, leaseUntil: number) {
    this.entry = entry;
    this.receiver = receiver;
    this.takenAt = takenAt;
    this.leaseUntil = leaseUntil;
    this.next = entry.rows;
  }
}

export const rowOf = (entry: Entry, receiver: string): Row | undefined => {
  let row = entry.rows;
  while (row && row.receiver !== receiver) row = row.next;
  return row;
};

/** An entry's rows in the order that pages show. */
export const byReceiver = (entry: Entry): readonly Row[] => {
  const rows: Row[] = [];
  for (let row = entry.rows; row; row = row.next) rows.push(row);
  return rows.sort((left, right) => (left.receiver < right.receiver ? -1 : 1));
};

export const isOpen = (entry: Entry): boolean => {
  let row = entry.rows;
  while (row && row.state !== "pending") row = row.next;
  return row !== undefined;
};

export const isoTime = (at: number): string => new Date(at).toISOString();
const isoTimeOrNull = (at: number | null): string | null => (at === null ? null : isoTime(at));

export const deliveryOf = (row: Row): Delivery => ({
  event_id: row.entry.id,
  receiver: row.receiver,
  state: row.state,
  reason: row.reason,
  attempts: row.attempts,
  batch_id: row.batchId,
  taken_at: isoTime(row.takenAt),
  next_at: isoTimeOrNull(row.nextAt),
  settled_at: isoTimeOrNull(row.settledAt),
  reference: row.reference,
  last_error: row.lastError,
});

export const claimedOf = (row: Row, event: MonitorEvent): Claimed => ({
  event_id: event.id,
  receiver: row.receiver,
  fence: row.fence,
  event,
  attempts: row.attempts,
  batch_id: row.batchId,
  resume: row.resume,
  taken_at: row.takenAt,
  next_at: row.nextAt,
});
