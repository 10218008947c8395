import type { Delivery, MonitorEvent } from "@datasync-monitor/core";

/** One event at one receiver: what was asked for, what the monitor says, what can be seen. */
export interface Cell {
  readonly wanted: boolean;
  /** Undefined where the monitor keeps no row: nothing was to be delivered. */
  readonly delivery: Delivery | undefined;
  /** How often it is in what arrived; undefined where nobody here can look. */
  readonly found: number | undefined;
}

export interface Row {
  readonly event: MonitorEvent;
  /** One for each receiver, in their order. */
  readonly cells: readonly Cell[];
}

export interface Account {
  readonly rows: readonly Row[];
  readonly delivered: number;
  readonly notWanted: number;
  /** One sentence for each pair of event and receiver that is not as it should be. */
  readonly lost: readonly string[];
  readonly duplicates: readonly string[];
  /** What reached a receiver that did not want it. */
  readonly strays: readonly string[];
}

export interface Sources {
  readonly events: readonly MonitorEvent[];
  readonly receivers: readonly string[];
  readonly deliveries: readonly Delivery[];
  readonly isWanted: (event: MonitorEvent, receiver: string) => boolean;
  readonly timesFound: (event: MonitorEvent, receiver: string) => number | undefined;
}

type Fault = "lost" | "duplicates" | "strays";

const faultOf = ({ wanted, delivery, found }: Cell): Fault | undefined => {
  if (!wanted) return delivery !== undefined || found ? "strays" : undefined;
  if (delivery?.state !== "delivered" || found === 0) return "lost";
  return found !== undefined && found > 1 ? "duplicates" : undefined;
};

const sentence = (event: MonitorEvent, receiver: string, { delivery, found }: Cell): string => {
  const said = [delivery?.state ?? "no delivery", delivery?.reason, delivery?.last_error?.message];
  const seen = found === undefined ? "nobody can look" : `found ${found} times`;
  return `${event.event_type} ${event.id} at ${receiver}: ${said.filter(Boolean).join(", ")}; ${seen}`;
};

/** Holds what the monitor says became of each event against what its destinations recorded. */
export const reconcile = (sources: Sources): Account => {
  const { events, receivers, deliveries, isWanted, timesFound } = sources;
  const byKey = new Map(deliveries.map((row) => [`${row.event_id} ${row.receiver}`, row]));
  const rows = events.map((event) => ({
    event,
    cells: receivers.map((receiver) => ({
      wanted: isWanted(event, receiver),
      delivery: byKey.get(`${event.id} ${receiver}`),
      found: timesFound(event, receiver),
    })),
  }));

  const faults: Record<Fault, string[]> = { lost: [], duplicates: [], strays: [] };
  for (const { event, cells } of rows) {
    for (const [index, cell] of cells.entries()) {
      const fault = faultOf(cell);
      if (fault !== undefined) faults[fault].push(sentence(event, receivers[index] ?? "", cell));
    }
  }
  const cells = rows.flatMap((row) => row.cells);
  return {
    rows,
    delivered: cells.filter(({ wanted, delivery }) => wanted && delivery?.state === "delivered")
      .length,
    notWanted: cells.filter(({ wanted }) => !wanted).length,
    ...faults,
  };
};
