import { EventType, type MonitorEvent } from "@datasync-monitor/core";
import type { LedgerSources } from "./ledger.ts";

export const allTypes: readonly string[] = Object.values(EventType);

const align = (lines: readonly (readonly string[])[]): string => {
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const padded = lines.map((line) =>
    line.map((text, column) =>
      column === 0 ? text.padEnd(widths?.[0] ?? 0) : text.padStart(widths?.[column] ?? 0),
    ),
  );
  return padded.map((line) => line.join("  ").trimEnd()).join("\n");
};

type Counted = Pick<LedgerSources, "receivers" | "isWanted"> & {
  /** How many events of a type arrived there. */
  readonly countArrived: (events: readonly MonitorEvent[], receiver: string) => number;
};

/** One line for each of the thirteen types: how many were emitted, and how many arrived at each receiver. */
export const typeTable = (
  events: readonly MonitorEvent[],
  { receivers, isWanted, countArrived }: Counted,
): string =>
  align([
    ["event", "emitted", ...receivers],
    ...allTypes.map((type) => {
      const those = events.filter(({ event_type }) => event_type === type);
      const cells = receivers.map((receiver) => {
        const wanted = those.filter((event) => isWanted(event, receiver)).length;
        const arrived = countArrived(those, receiver);
        if (wanted === arrived) return wanted === 0 ? "·" : String(arrived);
        return `${arrived} of ${wanted}`;
      });
      return [type, String(those.length), ...cells];
    }),
  ]);
