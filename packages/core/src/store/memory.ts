import { type Clock, isoTime } from "../clock.ts";
import type { MonitorEvent } from "../event.ts";
import { clockOption, type NumberRange, numberOptions } from "../options.ts";
import { Aggregates } from "./aggregates.ts";
import { Deliveries } from "./deliveries.ts";
import { addReceiver, type JointTaking, leaseEnd, type Taking } from "./entry.ts";
import { EventRing } from "./event-ring.ts";
import {
  defaultLimit,
  deliveryCursor,
  deliveryOf,
  eventCursor,
  inOrder,
  readDeliveryQuery,
  readEventQuery,
  selectsDelivery,
  selectsEvent,
} from "./query.ts";
import { Settled } from "./settled.ts";
import type {
  Accepted,
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
 * A delivery that is open is never forgotten. A dead one keeps its event beyond the bounds on events,
 * and is forgotten, oldest first, when there are more than `maxDead` or what is kept so outgrows
 * another `maxBytes`. Hourly aggregates of 31 days are kept apart, so that counts and sums are right
 * since the store began however few events it remembers; they know the guide's event types and
 * others up to 200, and count further ones as `other`.
 *
 * @throws ConfigError
 */
export const memoryStore = (options: MemoryStoreOptions = {}): MemoryStore => {
  const any: NumberRange = { min: 1, max: 2 ** 30, integer: true };
  const limits = numberOptions(
    "memoryStore()",
    "",
    options,
    {
      maxEvents: [10_000, any],
      maxBytes: [16 * 2 ** 20, any],
      maxDeliveries: [10_000, any],
      maxDead: [1_000, { ...any, min: 0 }],
    },
    ["clock"],
  );
  const ring = new EventRing(limits);
  const settled = new Settled(limits.maxDeliveries);
  return new Memory(ring, settled, clockOption("memoryStore()", options.clock));
};

class Memory implements MemoryStore {
  readonly contract = 1;
  readonly durable = false;
  readonly #ring: EventRing;
  readonly #settled: Settled;
  readonly #clock: Clock;
  readonly #aggregates: Aggregates;
  readonly #deliveries: Deliveries;
  #lastTaking: JointTaking = { now: 0, leaseUntil: 0, receivers: [] };

  constructor(ring: EventRing, settled: Settled, clock: Clock) {
    this.#ring = ring;
    this.#settled = settled;
    this.#clock = clock;
    this.#aggregates = new Aggregates(clock.now());
    this.#deliveries = new Deliveries(ring, settled);
  }

  open(): void {}

  close(): void {}

  commit({ now, leaseMs, accepted, outcomes }: Group): { readonly stale: readonly Key[] } {
    const taking = { now, leaseUntil: leaseEnd(now, leaseMs) };
    for (const one of accepted) this.#accept(one, taking);
    return { stale: this.#deliveries.record(outcomes, taking) };
  }

  claim(query: ClaimQuery): readonly Claimed[] {
    return this.#deliveries.claim(query);
  }

  renew(leases: readonly Lease[], leaseMs: number, now: number): { readonly lost: readonly Key[] } {
    return this.#deliveries.renew(leases, leaseMs, now);
  }

  /** Moves what `deliveries` would show for the query, and all of it when the query has no limit. */
  move(query: DeliveryQuery, to: Parameters<EventStore["move"]>[1]): number {
    return this.#deliveries.move(readDeliveryQuery(query), to, this.#clock.now());
  }

  events(query: EventQuery): Page<MonitorEvent> {
    const selection = readEventQuery(query);
    const { before = Number.POSITIVE_INFINITY, limit } = selection;
    const rows: MonitorEvent[] = [];
    let last = 0;
    for (const { seq, head, event } of this.#ring.newestFirst()) {
      if (seq >= before || !selectsEvent(selection, head)) continue;
      if (rows.length === limit) return { rows, cursor: eventCursor(last) };
      const row = event();
      if (row) rows.push(row);
      last = seq;
    }
    return { rows, cursor: null };
  }

  deliveries(query: DeliveryQuery): Page<Delivery> {
    const selection = readDeliveryQuery(query);
    const { limit = defaultLimit } = selection;
    const found = [...this.#deliveries.unsettled(), ...this.#settled.latestFirst()]
      .filter((one) => selectsDelivery(selection, one))
      .sort(inOrder);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      rows: page.map(deliveryOf),
      cursor: last ? deliveryCursor(last) : null,
    };
  }

  aggregate(query: AggregateQuery): Aggregate {
    return this.#aggregates.query(query, this.#clock.now());
  }

  backlog(): readonly Backlog[] {
    const open = new Map<string, { pending: number; oldestAt: number }>();
    for (const { receiver, state, takenAt } of this.#deliveries.unsettled()) {
      if (state !== "pending") continue;
      const { pending, oldestAt } = open.get(receiver) ?? { pending: 0, oldestAt: takenAt };
      open.set(receiver, { pending: pending + 1, oldestAt: Math.min(oldestAt, takenAt) });
    }
    return [...open].map(([receiver, { pending, oldestAt }]) => ({
      receiver,
      pending,
      oldest_at: isoTime(oldestAt),
    }));
  }

  /** Age takes dead deliveries along; the count alone does not, for they may yet be replayed. */
  prune({ before, maxEvents, chunk }: Parameters<EventStore["prune"]>[0]): number {
    this.#settled.forgetBefore(before);
    return this.#ring.prune(before, maxEvents, chunk);
  }

  #accept({ event, receivers, bytes }: Accepted, taking: Taking): void {
    const known = this.#ring.known(event.id);
    if (!known) {
      this.#aggregates.file(event, taking.now);
      this.#ring.add(event, bytes ?? weigh(event), this.#joint(taking, receivers));
      this.#ring.trim();
      return;
    }
    for (const receiver of receivers) addReceiver(known, receiver, taking);
  }

  /** Each name once, and one object for all events that went the same way at the same time. */
  #joint({ now, leaseUntil }: Taking, receivers: readonly string[]): JointTaking {
    const last = this.#lastTaking;
    const isSame =
      receivers.length === last.receivers.length &&
      receivers.every((name, index) => name === last.receivers[index]);
    if (isSame && now === last.now && leaseUntil === last.leaseUntil) return last;
    const names = isSame ? last.receivers : [...new Set(receivers)];
    this.#lastTaking = { now, leaseUntil, receivers: names };
    return this.#lastTaking;
  }
}
