import type { Delivery, Monitor, MonitorEvent } from "@datasync-monitor/core";
import { timesTold } from "../receivers/receiver.ts";
import type { Receivers } from "../receivers/receivers.ts";
import { type Account, reconcile } from "./reconcile.ts";

export interface Compared {
  readonly events: readonly MonitorEvent[];
  readonly deliveries: readonly Delivery[];
  readonly receivers: Receivers;
  /** Has these receivers, and is asked which of them wants what. */
  readonly filters: Monitor;
}

/** Holds what a monitor says became of events against what arrived at these receivers. */
export const compare = ({ events, deliveries, receivers, filters }: Compared): Account => {
  const arrived = new Map(receivers.all.map((one) => [one.notifier.id, one.arrived?.()]));
  const wanted = new Set(
    events.flatMap((event) =>
      filters
        .explain(event)
        .filter((decision) => decision.wanted)
        .map(({ receiver }) => `${event.id} ${receiver}`),
    ),
  );
  return reconcile({
    events,
    receivers: [...arrived.keys()],
    deliveries,
    isWanted: (event, receiver) => wanted.has(`${event.id} ${receiver}`),
    timesFound: (event, receiver) =>
      arrived.get(receiver)?.reduce((times, message) => times + timesTold(message, event), 0),
  });
};
