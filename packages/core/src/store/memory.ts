import { type Clock, systemClock } from "../clock.ts";
import type { MonitorEvent } from "../event.ts";
import { checkOptions, numberOption } from "../options.ts";
import { Aggregates } from "./aggregates.ts";
import {
  type DeliverySelection,
  defaultLimit,
  deliveryCursor,
  eventCursor,
  selectDeliveries,
  selectEvents,
} from "./query.ts";
import {
  byReceiver,
  claimedOf,
  deliveryOf,
  type Entry,
  isOpen,
  isoTime,
  type Row,
  rowOf,
} from "./row.ts";
import { Shelf } from "./shelf.ts";
import type {
  Aggregate,
  AggregateQuery,
  Backlog,
  Claimed,
  ClaimQuery,
  Delivery,
  DeliveryQuery,
  EventQuery,
  EventStore,
  Group,
  Key,
  Lease,
  Page,
} from "./store.ts";
import { record, reopen, reroute, shut, unleased } from "./transitions.ts";
import { weigh } from "./weight.ts";

export interface MemoryStoreOptions {
  /** Events that can be looked up. Default 10,000. */
  readonly maxEvents?: number | undefined;
  /** Heap that these events may hold, estimated. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
  /** Deliveries that are remembered once they have their fate. Default 10,000. */
  readonly maxDeliveries?: number | undefined;
  /** Dead deliveries, which can be replayed. Default 1,000. */
  readonly maxDead?: number | undefined;
  readonly clock?: Clock | undefined;
}

type Synchronous<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Awaited<R> : T[K];
};

/** An `EventStore` that answers at once. */
export type MemoryStore = Synchronous<EventStore>;

/**
 * Remembers the latest events and deliveries of this process; the default store.
 *
 * A delivery that is open is never forgotten. A dead one keeps its event beyond the bound on events,
 * and is forgotten, oldest first, when there are more than `maxDead` or their events outgrow
 * `maxBytes` once more. Hourly aggregates of 31 days are kept apart, so that counts and sums are
 * right since the store began however little it remembers; they know the guide's event types and
 * others up to 200, and count further ones as `other`.
 *
 * @throws ConfigError
 */
export const memoryStore = (options: MemoryStoreOptions = {}): MemoryStore => {
  const owner = "memoryStore()";
  checkOptions(owner, options, ["maxEvents", "maxBytes", "maxDeliveries", "maxDead", "clock"]);
  const count = (name: keyof MemoryStoreOptions, fallback: number, min: number) =>
    numberOption(owner, name, options[name], fallback, { min, max: 2 ** 40, integer: true });
  return new Memory(
    new Shelf({
      maxEvents: count("maxEvents", 10_000, 1),
      maxBytes: count("maxBytes", 16 * 1024 * 1024, 1),
      maxDeliveries: count("maxDeliveries", 10_000, 1),
      maxDead: count("maxDead", 1_000, 0),
    }),
    options.clock ?? systemClock,
  );
};

class Memory implements MemoryStore {
  readonly contract = 1;
  readonly durable = false;
  readonly #shelf: Shelf;
  readonly #clock: Clock;
  readonly #aggregates: Aggregates;
  /** No pending row can be claimed before this, so that asking in vain costs no walk. */
  #claimableAt = Number.POSITIVE_INFINITY;

  constructor(shelf: Shelf, clock: Clock) {
    this.#shelf = shelf;
    this.#clock = clock;
    this.#aggregates = new Aggregates(clock.now());
  }

  open(): void {}

  close(): void {}

  commit({ now, leaseMs, accepted, outcomes }: Group): { readonly stale: readonly Key[] } {
    const leaseUntil = now + leaseMs;
    this.#claimableAt = Math.min(this.#claimableAt, leaseUntil);
    for (const { event, receivers } of accepted) {
      const entry = this.#shelf.find(event.id) ?? this.#remember(event, now);
      for (const receiver of receivers) {
        if (!rowOf(entry, receiver)) this.#shelf.open(entry, event, receiver, now, leaseUntil);
      }
      this.#shelf.trim();
    }
    const stale: Key[] = [];
    let entry: Entry | undefined;
    for (const outcome of outcomes) {
      const { event_id, receiver } = outcome;
      if (entry?.id !== event_id) entry = this.#shelf.find(event_id);
      const row = entry && rowOf(entry, receiver);
      if (row?.fence === outcome.fence) record(this.#shelf, row, outcome, leaseUntil);
      else stale.push({ event_id, receiver });
    }
    return { stale };
  }

  claim({ receiver, limit, maxBytes, leaseMs, now }: ClaimQuery): readonly Claimed[] {
    const claimed: Claimed[] = [];
    if (now < this.#claimableAt) return claimed;
    let room = Math.max(0, limit);
    let bytes = 0;
    let claimableAt = Number.POSITIVE_INFINITY;
    for (let entry = this.#shelf.oldest; entry; entry = entry.newer) {
      for (let row = entry.held > 0 ? entry.rows : undefined; row; row = row.next) {
        if (row.state !== "pending") continue;
        if (room > 0 && row.receiver === receiver && row.leaseUntil <= now && entry.event) {
          bytes += entry.bytes;
          // The first one goes out whatever its size; after one that is too big, no younger one overtakes it.
          if (bytes > maxBytes && claimed.length > 0) room = 0;
          else {
            room -= 1;
            row.fence += 1;
            row.leaseUntil = now + leaseMs;
            claimed.push(claimedOf(row, entry.event));
          }
        }
        claimableAt = Math.min(claimableAt, row.leaseUntil);
      }
    }
    this.#claimableAt = claimableAt;
    return claimed;
  }

  renew(leases: readonly Lease[], leaseMs: number, now: number): { readonly lost: readonly Key[] } {
    const lost: Key[] = [];
    for (const { event_id, receiver, fence } of leases) {
      const entry = this.#shelf.find(event_id);
      const row = entry && rowOf(entry, receiver);
      if (row?.state === "pending" && row.fence === fence) row.leaseUntil = now + leaseMs;
      else lost.push({ event_id, receiver });
    }
    return { lost };
  }

  move(select: DeliveryQuery, to: Parameters<EventStore["move"]>[1]): number {
    const selection = selectDeliveries(select);
    const now = this.#clock.now();
    const target = to.state === "pending" ? to.receiver : undefined;
    const canMove = ({ state, receiver }: Row) =>
      state === "dead" ||
      (state === "pending" &&
        (to.state === "dropped" || (target !== undefined && target !== receiver)));
    const rows: Row[] = [];
    for (const row of this.#rows(selection)) {
      if (canMove(row) && rows.push(row) === selection.limit) break;
    }
    for (const row of rows) {
      if (to.state === "dropped") shut(this.#shelf, row, "dropped", "discarded", now);
      else if (target === undefined || target === row.receiver) reopen(this.#shelf, row, now);
      else reroute(this.#shelf, row, target, now);
    }
    if (to.state === "pending" && rows.length > 0) this.#claimableAt = unleased;
    return rows.length;
  }

  events(query: EventQuery): Page<MonitorEvent> {
    const selection = selectEvents(query);
    const rows: MonitorEvent[] = [];
    let last: Entry | undefined;
    for (let entry = this.#shelf.newest; entry; entry = entry.older) {
      if (!entry.event || entry.seq >= selection.before || !selection.has(entry.event)) continue;
      if (last && rows.length === selection.limit) return { rows, cursor: eventCursor(last.seq) };
      rows.push(entry.event);
      last = entry;
    }
    return { rows, cursor: null };
  }

  deliveries(query: DeliveryQuery): Page<Delivery> {
    const selection = selectDeliveries(query);
    const limit = selection.limit ?? defaultLimit;
    const rows: Row[] = [];
    for (const row of this.#rows(selection)) {
      const last = rows[limit - 1];
      if (last) {
        return {
          rows: rows.map(deliveryOf),
          cursor: deliveryCursor(last.entry.seq, last.receiver),
        };
      }
      rows.push(row);
    }
    return { rows: rows.map(deliveryOf), cursor: null };
  }

  aggregate(query: AggregateQuery): Aggregate {
    return this.#aggregates.query(query, this.#clock.now());
  }

  backlog(): readonly Backlog[] {
    const open = new Map<string, { pending: number; oldestAt: number }>();
    for (let entry = this.#shelf.oldest; entry; entry = entry.newer) {
      for (let row = entry.held > 0 ? entry.rows : undefined; row; row = row.next) {
        if (row.state !== "pending") continue;
        const found = open.get(row.receiver);
        open.set(row.receiver, {
          pending: (found?.pending ?? 0) + 1,
          oldestAt: Math.min(found?.oldestAt ?? row.takenAt, row.takenAt),
        });
      }
    }
    return [...open].map(([receiver, { pending, oldestAt }]) => ({
      receiver,
      pending,
      oldest_at: isoTime(oldestAt),
    }));
  }

  /** Age takes dead deliveries along; the count alone does not, for they may yet be replayed. */
  prune({ before, maxEvents, chunk }: Parameters<EventStore["prune"]>[0]): number {
    let removed = 0;
    let entry = this.#shelf.oldest;
    while (entry && removed < chunk) {
      const { newer } = entry;
      const isOld = entry.takenAt < before;
      const isExcess = this.#shelf.listed > maxEvents && entry.held === 0;
      if (!isOld && this.#shelf.listed <= maxEvents) break;
      if ((isOld || isExcess) && !isOpen(entry)) {
        this.#shelf.remove(entry);
        removed += 1;
      }
      entry = newer;
    }
    return removed;
  }

  #remember(event: MonitorEvent, now: number): Entry {
    this.#aggregates.file(event, now);
    return this.#shelf.add(event, weigh(event), now);
  }

  /** Newest event first, then by receiver. */
  *#rows({ eventId, after, has }: DeliverySelection): Generator<Row> {
    const start = eventId === undefined ? this.#shelf.newest : this.#shelf.find(eventId);
    for (let entry = start; entry; entry = eventId === undefined ? entry.older : undefined) {
      if (after && entry.seq > after.seq) continue;
      for (const row of byReceiver(entry)) {
        if (after?.seq === entry.seq && row.receiver <= after.receiver) continue;
        if (has(row, row.takenAt)) yield row;
      }
    }
  }
}
