import type { Delivery } from "@datasync-monitor/core";
import type { Printer } from "../progress.ts";
import { fateTable } from "../report/table.ts";
import type { Death } from "./life.ts";
import { away } from "./stage.ts";
import { type Judged, judge } from "./verdict.ts";
import type { Witness } from "./witness.ts";

export interface CrashEvidence extends Judged {
  readonly progress: Printer;
  /** How many events were known to be committed when the first process was killed. */
  readonly promised: number;
  readonly deaths: readonly [first: Death, second: Death];
}

/** What keeps a run from showing what it was to show. */
const notShown = ({ witness, promised, deaths }: CrashEvidence): readonly string[] => {
  const [first, second] = deaths;
  const { left, account } = witness;
  return [
    ...(first.signal === "SIGKILL" ? [] : ["the first process ended before it was killed"]),
    ...(promised > 0 ? [] : ["nothing was committed when the process was killed"]),
    ...away.flatMap((name) =>
      left.some(({ receiver }) => receiver === name)
        ? []
        : [`the restarted process found nothing open for ${name}: nothing was left to go on with`],
    ),
    ...(account === undefined ? ["the restarted process gave no account of its store"] : []),
    ...(second.code === 0
      ? []
      : [`the restarted process ended with ${second.code ?? second.signal}`]),
    ...(account?.booksFaults ?? []),
  ];
};

const leftMark = ({ left }: Witness): ((delivery: Delivery) => string) => {
  const keys = new Set(left.map(({ event_id, receiver }) => `${event_id} ${receiver}`));
  return ({ event_id, receiver }) => (keys.has(`${event_id} ${receiver}`) ? " ↻" : "");
};

const shown = 20;

/** As lines, each with its sign, and the number of those left out. */
const some = (sentences: readonly string[], sign: string): readonly string[] => {
  if (sentences.length === 0) return [];
  const lines = sentences.slice(0, shown).map((sentence) => `  ${sign} ${sentence}`);
  const more = sentences.length - lines.length;
  return [...lines, ...(more > 0 ? [`  ${sign} and ${more} more`] : []), ""];
};

/** Prints what became of everything; answers whether nothing is missing, nothing spurious, and something was shown. */
export const reportCrash = (evidence: CrashEvidence): boolean => {
  const { progress, witness, receivers, promised } = evidence;
  const { account, missing, spurious, duplicates } = judge(evidence);
  const faults = [...notShown(evidence), ...missing, ...spurious];
  const names = receivers.all.map(({ notifier }) => notifier.id);

  progress.heading(
    "What became of each event: ✓ delivered, at which attempt; ↻ left open by the killed process; · not wanted",
  );
  progress.print(fateTable(account, names, leftMark(witness)));
  progress.print(
    [
      "",
      "Read from getDeliveries of the restarted process, and compared with what arrived.",
      "prometheus keeps numbers, which die with their process: its deliveries are read, and not compared.",
      `The killed process had told of ${promised} committed events, and left ${witness.left.length} deliveries open.`,
      "Delivery is at least once: what arrived before the process could write that down arrives again,",
      "under the same event id. Such duplicates are counted, and are no fault.",
      "",
      ...some(duplicates, "="),
      ...some(faults, "✗"),
      `${account.rows.length} events × ${names.length} receivers over a kill -9: ${account.delivered} delivered, ${account.notWanted} not wanted, ${missing.length} missing, ${spurious.length} spurious, ${duplicates.length} ${duplicates.length === 1 ? "duplicate" : "duplicates"}`,
    ].join("\n"),
  );
  return faults.length === 0;
};
