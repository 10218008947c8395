import { type FakeClock, fakeClock } from "@datasync-monitor/testkit";
import { memoryStore } from "../../src/store/memory.ts";
import type { EventStore } from "../../src/store/store.ts";

export interface DurableStore {
  readonly clock: FakeClock;
  readonly store: EventStore;
}

/** A store in memory that outlives the monitors that open it, and answers in a later turn. */
export const durableStore = (clock = fakeClock()): DurableStore => {
  const inner = memoryStore({ clock });
  const store: EventStore = {
    contract: 1,
    durable: true,
    open: () => inner.open("test"),
    commit: async (group) => inner.commit(group),
    claim: async (query) => inner.claim(query),
    renew: async (leases, leaseMs, now) => inner.renew(leases, leaseMs, now),
    move: async (select, to) => inner.move(select, to),
    events: async (query) => inner.events(query),
    deliveries: async (query) => inner.deliveries(query),
    aggregate: async (query) => inner.aggregate(query),
    backlog: async () => inner.backlog(),
    prune: async (limits) => inner.prune(limits),
    close: () => {},
  };
  return { clock, store };
};
