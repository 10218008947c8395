import type { Delivery } from "@datasync-monitor/core";
import type { Account, Cell } from "./reconcile.ts";

/** What is put behind a delivery that is to be told from others. */
type Mark = (delivery: Delivery) => string;

/** `✓` and the number of attempts, `·` where it was not wanted, else the state in words. */
const cellText = ({ wanted, delivery, found }: Cell, mark: Mark): string => {
  const stray = delivery !== undefined || (found ?? 0) > 0;
  if (!wanted) return stray ? "not wanted!" : "·";
  if (delivery?.state !== "delivered") return delivery?.state ?? "nothing";
  const times = found === undefined || found === 1 ? "" : `, ${found} seen`;
  return `✓ ${delivery.attempts}${mark(delivery)}${times}`;
};

/** The part of a UUIDv7 that tells the events of a minute apart: the end of its time, and the counter. */
const shortId = (id: string): string => id.slice(9, 18);

/** One line for each event, oldest first. */
export const fateTable = (
  { rows }: Account,
  receivers: readonly string[],
  mark: Mark = () => "",
): string => {
  const lines = [
    ["time", "id", "event", ...receivers],
    ...rows.map(({ event, cells }) => [
      event.timestamp.slice(11, 23),
      shortId(event.id),
      event.event_type,
      ...cells.map((cell) => cellText(cell, mark)),
    ]),
  ];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths?.[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};
