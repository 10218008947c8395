import type { Monitor, MonitorEvent } from "@datasync-monitor/core";
import { checkBooks } from "@datasync-monitor/testkit";
import { countScraped, countTold } from "./arrivals.ts";
import type { DataAccount } from "./data.ts";
import { balance } from "./ledger.ts";
import { allDeliveries, allEvents } from "./pages.ts";
import type { Progress } from "./progress.ts";
import { allTypes, typeTable } from "./table.ts";

export interface Evidence {
  readonly monitor: Monitor;
  readonly progress: Progress;
  readonly receivers: readonly string[];
  /** Texts that arrived, by receiver; Prometheus has none. */
  readonly arrived: ReadonlyMap<string, () => readonly string[]>;
  readonly scraped: string;
  readonly data: DataAccount;
}

const numbersOnly = "prometheus";

const booksFaults = (monitor: Monitor, events: readonly MonitorEvent[]): readonly string[] => {
  const stats = monitor.stats();
  const forgotten = stats.taken - events.length;
  try {
    checkBooks(stats);
    return forgotten === 0 ? [] : [`${forgotten} events were taken and are not remembered`];
  } catch (error) {
    return [String(error)];
  }
};

const typeFaults = (
  events: readonly MonitorEvent[],
  scraped: ReadonlyMap<string, number>,
): readonly string[] =>
  allTypes.flatMap((type) => {
    const emitted = events.filter(({ event_type }) => event_type === type).length;
    const counted = scraped.get(type) ?? 0;
    return [
      ...(emitted === 0 ? [`no ${type} was emitted`] : []),
      ...(counted === emitted ? [] : [`prometheus counted ${counted} of ${emitted} ${type}`]),
    ];
  });

/** JSON, with one line for each part and each receiver. */
const statusText = async (monitor: Monitor): Promise<string> => {
  const { receivers, ...rest } = await monitor.getComprehensiveStatus();
  const parts = Object.entries(rest).map(([name, part]) => `  "${name}": ${JSON.stringify(part)},`);
  const each = receivers.map((receiver) => `    ${JSON.stringify(receiver)}`);
  return ["{", ...parts, '  "receivers": [', each.join(",\n"), "  ]", "}"].join("\n");
};

/** Prints what became of everything; answers whether nothing is missing, lost, doubled or different. */
export const report = async (evidence: Evidence): Promise<boolean> => {
  const { monitor, progress, receivers, arrived, data } = evidence;
  const events = await allEvents(monitor);
  const seen = new Map([...arrived].map(([name, texts]) => [name, countTold(events, texts())]));
  const scraped = countScraped(evidence.scraped);
  const wanted = new Set(
    events.flatMap((event) =>
      monitor
        .explain(event)
        .filter((decision) => decision.wanted)
        .map(({ receiver }) => `${event.id} ${receiver}`),
    ),
  );
  const isWanted = (event: MonitorEvent, receiver: string): boolean =>
    wanted.has(`${event.id} ${receiver}`);
  const timesArrived = ({ id }: MonitorEvent, receiver: string): number | undefined =>
    receiver === numbersOnly ? undefined : (seen.get(receiver)?.get(id) ?? 0);
  const countArrived = (those: readonly MonitorEvent[], receiver: string): number =>
    receiver === numbersOnly
      ? (scraped.get(those[0]?.event_type ?? "") ?? 0)
      : those.filter((event) => timesArrived(event, receiver)).length;
  const deliveries = await allDeliveries(monitor);
  const ledger = balance({ events, receivers, deliveries, isWanted, timesArrived });

  progress.heading("The comprehensive status");
  progress.print(await statusText(monitor));
  progress.heading("What was emitted, and what arrived at each receiver; · not wanted there");
  progress.print(typeTable(events, { receivers, isWanted, countArrived }));
  const faults = [
    ...ledger.lost,
    ...ledger.duplicates,
    ...ledger.strays,
    ...typeFaults(events, scraped),
    ...booksFaults(monitor, events),
    ...data.faults,
  ];
  progress.print(faults.map((fault) => `\n  ✗ ${fault}`).join(""));
  progress.print(`source and target agree in ${data.same} rows`);
  progress.print(
    `${events.length} events × ${receivers.length} receivers: ${ledger.delivered} delivered, ` +
      `${ledger.notWanted} not wanted, ${ledger.lost.length} lost, ${ledger.duplicates.length} duplicates`,
  );
  return faults.length === 0;
};
