import type { Monitor, MonitorEvent } from "@datasync-monitor/core";
import type { Receivers } from "../receivers/receivers.ts";
import { booksFaults } from "./books.ts";
import { compare } from "./compare.ts";
import type { Evidence } from "./evidence.ts";
import { printPace } from "./pace.ts";
import { allDeliveries, allEvents } from "./pages.ts";
import { printExplanation, printMetrics, printSamples, printStatus } from "./story.ts";
import { fateTable } from "./table.ts";

/** Operations that ended, as the events tell and as the scraped histogram does. */
const countedFaults = (events: readonly MonitorEvent[], scraped: string): readonly string[] => {
  const ended = events.filter(({ event_type }) => /_(success|failure)$/.test(event_type)).length;
  const counts = scraped.matchAll(/^datasync_monitor_operation_duration_seconds_count\S* (\d+)$/gm);
  const counted = [...counts].reduce((total, [, count]) => total + Number(count), 0);
  return counted === ended ? [] : [`prometheus counted ${counted} of ${ended} ended operations`];
};

/** What was promised to happen at the stand-ins, and did not. */
const unplayed = (monitor: Monitor, { all }: Receivers): readonly string[] =>
  ["feishu", "slack", "email"].flatMap((name) => {
    const isPlayed = all.some(({ notifier, standIn }) => notifier.id === name && standIn);
    const attempts = monitor.stats().receivers.find((one) => one.name === name)?.attempts;
    const seen = (attempts?.["rate-limited"] ?? 0) > 0 && (attempts?.unavailable ?? 0) > 0;
    return isPlayed && !seen ? [`${name} was to limit its rate and to be gone, and was not`] : [];
  });

const howCompared = ({ all }: Receivers): readonly string[] => [
  "Read from getDeliveries, and compared with what arrived.",
  ...all.flatMap(({ notifier: { id }, arrived }) => {
    if (arrived !== undefined) return [];
    return id === "prometheus"
      ? ["prometheus keeps numbers and no events: its count of ended operations is compared."]
      : [`${id} is the real one: nobody here can look, and its column is not compared.`];
  }),
];

/** Prints everything; answers whether nothing was lost, doubled or still open. */
export const report = async (evidence: Evidence): Promise<boolean> => {
  const { monitor, receivers, progress } = evidence;
  const events = await allEvents(monitor);
  const scraped = await receivers.metrics.scrape();
  const deliveries = await allDeliveries(monitor);
  const account = compare({ events, deliveries, receivers, filters: monitor });
  const failure = events.find(({ event_type }) => event_type === "sync_failure");
  const alarm = events.find(({ level }) => level === "critical");
  const names = receivers.all.map(({ notifier }) => notifier.id);

  if (failure !== undefined) printSamples(progress, receivers, failure);
  printMetrics(progress, scraped);
  await printStatus(progress, monitor);
  for (const event of [failure, alarm]) {
    if (event !== undefined) await printExplanation(progress, monitor, event);
  }
  progress.heading("What became of each event: ✓ delivered, at which attempt; · not wanted");
  progress.print(fateTable(account, names));
  progress.print(`\n${howCompared(receivers).join("\n")}`);
  printPace(evidence, events);

  const { lost, duplicates, delivered, notWanted } = account;
  const others = [
    ...account.strays,
    ...countedFaults(events, scraped),
    ...unplayed(monitor, receivers),
    ...booksFaults(monitor.stats()),
    ...(monitor.stats().taken === events.length
      ? []
      : ["an event was taken and is not remembered"]),
  ];
  const faults = [...lost, ...duplicates, ...others].map((fault) => `\n  ✗ ${fault}`);
  progress.print(faults.join(""));
  progress.print(
    `${events.length} events × ${names.length} receivers: ${delivered} delivered, ${notWanted} not wanted, ${lost.length} lost, ${duplicates.length} duplicates`,
  );
  return faults.length === 0;
};
