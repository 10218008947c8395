import type { CycleName } from "./cycle.ts";
import { type CycleReport, runCycle, type Scenario } from "./run.ts";
import { whyNoStrace } from "./strace.ts";

/** One way in which processes come to harm. */
export interface Source {
  readonly name: string;
  /** One cycle; the same for the same name, as far as a seed determines it. */
  readonly run: (name: CycleName) => Promise<CycleReport>;
  /** How many cycles the tests run, and how many the long run. */
  readonly cycles: { readonly short: number; readonly long: number };
  /** What must have been hit at least once in either. */
  readonly hits: readonly string[];
  /** Why it cannot be had here; undefined where it can. */
  readonly whyNot: () => Promise<string | undefined>;
}

/** Cycles on a file of their own each, by their number. */
export const onFiles =
  (scenario: (number: number) => Scenario): Source["run"] =>
  (name) =>
    runCycle(name, scenario(name.number));

export const anywhere = async (): Promise<undefined> => undefined;

export const whereTraced = async (): Promise<string | undefined> => whyNoStrace();
