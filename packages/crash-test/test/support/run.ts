import { expect, type TestContext } from "vitest";
import { campaign, vacuity } from "../../src/run/campaign.ts";
import type { CycleOptions } from "../../src/run/cycle.ts";
import { explain, type Figures, figuresOf } from "../../src/run/report.ts";
import { type CycleReport, runCycle, type Scenario } from "../../src/run/run.ts";
import type { Source } from "../../src/run/source.ts";

/** The same kills in every run, as far as a seed determines them. */
export const seed = process.env.SEED ?? "1";

/** Skips with a reason that the summary prints, or fails where nothing may be missing. */
export const skipFor = ({ skip, task }: TestContext, reason: string): never => {
  if (process.env.REQUIRE_SERVICES === "1") throw new Error(`${reason}, and is required.`);
  Object.assign(task.meta, { skipped_because: reason });
  return skip(reason);
};

/** Runs the short form of a source, and expects that nothing is wrong and that something happened. */
export const expectNothingLost = async (source: Source, context: TestContext): Promise<Figures> => {
  const whyNot = await source.whyNot();
  if (whyNot !== undefined) skipFor(context, whyNot);
  const reports = await campaign(source, { seed, cycles: source.cycles.short });
  expectSound(reports);
  expect(vacuity(source, reports)).toEqual([]);
  return figuresOf(reports);
};

export const expectSound = (reports: readonly CycleReport[]): void => {
  const wrong = reports.filter(({ violations }) => violations.length > 0);
  if (wrong.length > 0) expect.fail(wrong.map(explain).join("\n\n"));
};

/** One cycle of a test's own. */
export const cycle = (
  name: string,
  scenario: Scenario,
  options: CycleOptions = {},
): Promise<CycleReport> => runCycle({ seed, source: name, number: 0 }, scenario, options);
