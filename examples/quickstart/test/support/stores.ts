import { type EventStore, memoryStore } from "@datasync-monitor/core";

/** A store that claims to be durable, and remembers no more than its process does. */
export const forgetfulStore = (commit?: EventStore["commit"]): EventStore => {
  const store: EventStore = memoryStore();
  return {
    contract: 1,
    durable: true,
    open: (instance) => store.open(instance),
    commit: commit ?? ((group) => store.commit(group)),
    claim: (query) => store.claim(query),
    renew: (leases, leaseMs, now) => store.renew(leases, leaseMs, now),
    move: (select, to) => store.move(select, to),
    events: (query) => store.events(query),
    deliveries: (query) => store.deliveries(query),
    aggregate: (query) => store.aggregate(query),
    backlog: () => store.backlog(),
    prune: (limits) => store.prune(limits),
    close: () => store.close(),
  };
};
