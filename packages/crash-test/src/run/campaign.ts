import { cycleOf, figuresOf } from "./report.ts";
import type { CycleReport } from "./run.ts";
import type { Source } from "./source.ts";

export interface CampaignOptions {
  readonly seed: string;
  readonly cycles: number;
  /** At a time: they wait more than they work. */
  readonly concurrency?: number;
  /** The only one to run, such as `random-kills/3`. */
  readonly only?: string | undefined;
  readonly onCycle?: (report: CycleReport) => void;
}

/** Runs the cycles of a source, and answers a report of each. */
export const campaign = async (
  { name: source, run }: Pick<Source, "name" | "run">,
  { seed, cycles, concurrency = 2, only, onCycle }: CampaignOptions,
): Promise<readonly CycleReport[]> => {
  const names = Array.from({ length: cycles }, (_, number) => ({ seed, source, number })).filter(
    (name) => only === undefined || cycleOf(name) === only,
  );
  const reports: CycleReport[] = [];
  const worker = async (): Promise<void> => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const report = await run(name);
      reports.push(report);
      onCycle?.(report);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return reports.sort((a, b) => a.name.number - b.name.number);
};

/** What makes a run worth nothing, a sentence each: it could not have found anything. */
export const vacuity = (source: Source, reports: readonly CycleReport[]): readonly string[] => {
  const { committed, dead, kills, hits, cycles } = figuresOf(reports);
  const unhit = source.hits.filter((name) => !hits.has(name));
  return [
    ...(committed >= 30 * cycles ? [] : [`only ${committed} events committed in ${cycles} cycles`]),
    ...(dead > 0 ? [] : ["no dead letter"]),
    ...(kills > 0 || hits.size > 0 ? [] : ["nobody came to harm"]),
    ...unhit.map((name) => `never hit: ${name}`),
  ];
};
