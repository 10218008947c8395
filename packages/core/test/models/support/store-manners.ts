import type { FakeClock } from "@datasync-monitor/testkit";
import { memoryStore } from "../../../src/store/memory.ts";
import type { EventStore } from "../../../src/store/store.ts";
import { behave, type Manner } from "./manners.ts";

/** How each part of a store does its work. */
export interface StoreManners {
  readonly durable: boolean;
  readonly open: Manner;
  readonly commit: Manner;
  readonly claim: Manner;
  readonly read: Manner;
  readonly prune: Manner;
  readonly close: Manner;
}

/** A store over memory, of such manners. */
export const storeWith = (manners: StoreManners, clock: FakeClock): EventStore => {
  const inner = memoryStore({ clock });
  const { durable, open, commit, claim, read, prune, close } = manners;
  return {
    ...{ contract: 1, durable },
    open: () => behave(open, clock, () => {}),
    commit: (group) => behave(commit, clock, () => inner.commit(group)),
    claim: (query) => behave(claim, clock, () => inner.claim(query)),
    renew: (leases, leaseMs, now) => behave(claim, clock, () => inner.renew(leases, leaseMs, now)),
    move: (select, to) => behave(claim, clock, () => inner.move(select, to)),
    events: (query) => behave(read, clock, () => inner.events(query)),
    deliveries: (query) => behave(read, clock, () => inner.deliveries(query)),
    aggregate: (query) => behave(read, clock, () => inner.aggregate(query)),
    backlog: () => behave(read, clock, () => inner.backlog()),
    prune: (limits) => behave(prune, clock, () => inner.prune(limits)),
    close: () => behave(close, clock, () => {}),
  };
};
