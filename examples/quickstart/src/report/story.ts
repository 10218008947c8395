import type { Monitor, MonitorEvent } from "@datasync-monitor/core";
import type { Printer } from "../progress.ts";
import { timesTold } from "../receivers/receiver.ts";
import type { Receivers } from "../receivers/receivers.ts";

const indent = (text: string): string => text.replace(/^(?=.)/gm, "  ");

/** How one event looked at each receiver where it arrived. */
export const printSamples = (printer: Printer, { all }: Receivers, event: MonitorEvent): void => {
  for (const { notifier, arrived } of all) {
    if (notifier.id === "prometheus") continue; // shows below, as numbers
    const message = arrived?.().find((one) => timesTold(one, event) > 0);
    printer.heading(`What arrived · ${notifier.id}`);
    printer.print(
      indent(message?.shown.trimEnd() ?? "It went to the real destination: look there."),
    );
  }
};

/** Who wanted an event, why the others did not, and what became of it. */
export const printExplanation = async (
  printer: Printer,
  monitor: Monitor,
  event: MonitorEvent,
): Promise<void> => {
  const { rows } = await monitor.getDeliveries({ eventId: event.id });
  printer.heading(`What became of ${event.event_type} ${event.id}`);
  for (const { receiver, wanted, reason } of monitor.explain(event)) {
    const row = rows.find((delivery) => delivery.receiver === receiver);
    const after =
      row?.settled_at && (Date.parse(row.settled_at) - Date.parse(row.taken_at)) / 1_000;
    const fate = wanted
      ? `${row?.state ?? "unknown"} after ${after ?? "?"} s, attempt ${row?.attempts ?? "?"}`
      : `not wanted: ${reason}`;
    printer.print(`  ${receiver.padEnd(11)} ${fate}`);
  }
};

const ofInterest =
  /_(events_total|operation_duration_seconds_(sum|count)|records_total|deliveries_total|delivery_attempts_total|pending|breaker_open)[{ ]/;

export const printMetrics = (printer: Printer, scraped: string): void => {
  printer.heading("What Prometheus scrapes (an excerpt)");
  const lines = scraped
    .split("\n")
    .filter((line) => !line.startsWith("#") && ofInterest.test(line));
  printer.print(indent(lines.filter((line) => !line.endsWith(" 0")).join("\n")));
};

/** JSON, with one line for each part and each receiver. */
export const printStatus = async (printer: Printer, monitor: Monitor): Promise<void> => {
  printer.heading("The comprehensive status");
  const { receivers, ...rest } = await monitor.getComprehensiveStatus();
  const parts = Object.entries(rest).map(([name, part]) => `  "${name}": ${JSON.stringify(part)},`);
  const each = receivers.map((receiver) => `    ${JSON.stringify(receiver)}`);
  printer.print(
    indent(["{", ...parts, `  "receivers": [`, each.join(",\n"), "  ]", "}"].join("\n")),
  );
};
