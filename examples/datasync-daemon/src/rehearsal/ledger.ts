import type { Delivery, MonitorEvent } from "@datasync-monitor/core";

export interface LedgerSources {
  readonly events: readonly MonitorEvent[];
  readonly receivers: readonly string[];
  readonly deliveries: readonly Delivery[];
  readonly isWanted: (event: MonitorEvent, receiver: string) => boolean;
  /** How often the event is in what arrived there; undefined where only numbers arrive. */
  readonly timesArrived: (event: MonitorEvent, receiver: string) => number | undefined;
}

export interface Ledger {
  readonly delivered: number;
  readonly notWanted: number;
  /** One sentence for each pair of event and receiver that is not as it should be. */
  readonly lost: readonly string[];
  readonly duplicates: readonly string[];
  /** What reached a receiver that did not want it. */
  readonly strays: readonly string[];
}

type Fault = "lost" | "duplicates" | "strays";

const faultOf = (
  isWanted: boolean,
  delivery: Delivery | undefined,
  arrived: number | undefined,
): Fault | undefined => {
  if (!isWanted) return delivery !== undefined || arrived ? "strays" : undefined;
  if (delivery?.state !== "delivered" || arrived === 0) return "lost";
  return arrived !== undefined && arrived > 1 ? "duplicates" : undefined;
};

/** Holds what the monitor says became of each event at each receiver against what arrived there. */
export const balance = (sources: LedgerSources): Ledger => {
  const { events, receivers, deliveries, isWanted, timesArrived } = sources;
  const byKey = new Map(deliveries.map((row) => [`${row.event_id} ${row.receiver}`, row]));
  const faults: Record<Fault, string[]> = { lost: [], duplicates: [], strays: [] };
  let delivered = 0;
  let notWanted = 0;
  for (const event of events) {
    for (const receiver of receivers) {
      const wanted = isWanted(event, receiver);
      const delivery = byKey.get(`${event.id} ${receiver}`);
      const arrived = timesArrived(event, receiver);
      if (!wanted) notWanted += 1;
      else if (delivery?.state === "delivered") delivered += 1;
      const fault = faultOf(wanted, delivery, arrived);
      if (fault === undefined) continue;
      const seen = arrived === undefined ? "" : `, arrived ${arrived} times`;
      const said = delivery?.state ?? "no delivery";
      faults[fault].push(`${event.event_type} ${event.id} at ${receiver}: ${said}${seen}`);
    }
  }
  return { delivered, notWanted, ...faults };
};
