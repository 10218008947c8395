import { type EventStore, memoryStore } from "@datasync-monitor/core";
import type { FakeClock } from "@datasync-monitor/testkit";

/** A store whose calls can be made to fail. */
export interface FaultyStore extends EventStore {
  /** Names of calls that reject as long as they are in here. */
  readonly broken: Set<keyof EventStore>;
}

/** Outlives the monitors that open it, as a durable store does, and answers within a turn of the fake clock. */
export const faultyStore = (clock: FakeClock): FaultyStore => {
  const inner = memoryStore({ clock });
  const broken = new Set<keyof EventStore>();
  const ask = async <T>(name: keyof EventStore, answer: () => T): Promise<T> => {
    if (broken.has(name)) throw new Error("The disk is full.");
    return answer();
  };
  return {
    contract: 1,
    durable: true,
    broken,
    open: (instance) => ask("open", () => inner.open(instance)),
    commit: (group) => ask("commit", () => inner.commit(group)),
    claim: (query) => ask("claim", () => inner.claim(query)),
    renew: (leases, leaseMs, now) => ask("renew", () => inner.renew(leases, leaseMs, now)),
    move: (select, to) => ask("move", () => inner.move(select, to)),
    events: (query) => ask("events", () => inner.events(query)),
    deliveries: (query) => ask("deliveries", () => inner.deliveries(query)),
    aggregate: (query) => ask("aggregate", () => inner.aggregate(query)),
    backlog: () => ask("backlog", () => inner.backlog()),
    prune: (limits) => ask("prune", () => inner.prune(limits)),
    close: async () => {},
  };
};
