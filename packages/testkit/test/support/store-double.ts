import {
  type Accepted,
  type Claimed,
  type Clock,
  type Delivery,
  type EventStore,
  type MonitorEvent,
  memoryStore,
} from "@datasync-monitor/core";
import type { StoreHarness } from "../../src/index.ts";

/** What all stores of one rig have in common. */
export interface Shared {
  readonly clock: Clock;
  readonly damaged: Set<string>;
  readonly accepted: Accepted[];
  /** By delivery, the fence that was last handed out. */
  readonly fences: Map<string, number>;
  readonly inFlight: Map<string, Promise<readonly Claimed[]>>;
}

/** What a spoiled store does otherwise. `nth` counts the stores of a rig from 0. */
export type Spoil = (store: EventStore, shared: Shared, nth: number) => Partial<EventStore>;

/** Each way to get a store wrong, and the cases that are there to catch it. */
export type Flaws = Readonly<
  Record<string, { readonly spoil: Spoil; readonly caughtBy: readonly string[] }>
>;

export const deliveryKey = (event_id: string, receiver: string): string =>
  JSON.stringify([event_id, receiver]);

/** The same store as a plain object, so that single methods can be replaced. */
export const plain = (store: EventStore): EventStore => ({
  contract: 1,
  durable: store.durable,
  open: (instance) => store.open(instance),
  commit: (group) => store.commit(group),
  claim: (query) => store.claim(query),
  renew: (leases, leaseMs, now) => store.renew(leases, leaseMs, now),
  move: (select, to) => store.move(select, to),
  events: (query) => store.events(query),
  deliveries: (query) => store.deliveries(query),
  aggregate: (query) => store.aggregate(query),
  backlog: () => store.backlog(),
  prune: (limits) => store.prune(limits),
  close: () => store.close(),
});

/** One way to a memory that outlives it, and that can be damaged. */
const durable = (memory: EventStore, shared: Shared): EventStore => ({
  ...plain(memory),
  durable: true,
  async commit(group) {
    shared.accepted.push(...group.accepted);
    return memory.commit(group);
  },
  async claim(query) {
    const rows = await memory.claim(query);
    for (const { event_id, receiver, fence } of rows) {
      shared.fences.set(deliveryKey(event_id, receiver), fence);
    }
    const corrupt = rows.filter(({ event_id }) => shared.damaged.has(event_id));
    const { now, leaseMs } = query;
    const outcomes = corrupt.map(({ event_id, receiver, fence, attempts, batch_id }) => {
      const end = { state: "dead", settled_at: now, reason: "corrupt", last_error: null } as const;
      return { event_id, receiver, fence, attempts, batch_id, ...end };
    });
    await memory.commit({ now, leaseMs, accepted: [], outcomes });
    return rows.filter((row) => !corrupt.includes(row));
  },
  async events(query) {
    const page = await memory.events(query);
    return { ...page, rows: page.rows.filter(({ id }) => !shared.damaged.has(id)) };
  },
});

/** Stores over one memory that do everything right, but for what is spoiled. */
export const doubleHarness = (spoil: Spoil = () => ({})): StoreHarness => ({
  rig(clock) {
    const memory = memoryStore({ clock });
    const shared: Shared = {
      clock,
      damaged: new Set(),
      accepted: [],
      fences: new Map(),
      inFlight: new Map(),
    };
    let count = 0;
    const another = (): EventStore => {
      const store = durable(memory, shared);
      const spoiled = { ...store, ...spoil(store, shared, count) };
      count += 1;
      return spoiled;
    };
    return {
      store: another(),
      another,
      damage: (id) => {
        shared.damaged.add(id);
      },
      close() {},
    };
  },
});

/** Events as they are shown, each changed. */
export const showing =
  (change: (event: MonitorEvent) => MonitorEvent): Spoil =>
  (store) => ({
    async events(query) {
      const page = await store.events(query);
      return { ...page, rows: page.rows.map(change) };
    },
  });

/** The same for every text of an event. */
export const changingTexts = (change: (text: string) => string): Spoil =>
  showing((event) => ({ ...event, message: change(event.message) }));

/** Deliveries as they are shown, each changed. */
export const changingDeliveries =
  (change: (delivery: Delivery) => Delivery): Spoil =>
  (store) => ({
    async deliveries(query) {
      const page = await store.deliveries(query);
      return { ...page, rows: page.rows.map(change) };
    },
  });

/** What a claim hands out, changed. */
export const changingClaims =
  (change: (rows: readonly Claimed[], nth: number) => readonly Claimed[]): Spoil =>
  (store, _shared, nth) => ({
    claim: async (query) => change(await store.claim(query), nth),
  });
