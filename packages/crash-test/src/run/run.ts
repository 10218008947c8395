import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { judge, type Verdict } from "../oracle/verdict.ts";
import { Cycle, type CycleName, type CycleOptions } from "./cycle.ts";
import { settle } from "./settle.ts";

/** What happens to the processes of a cycle before all is left to settle. */
export type Scenario = (cycle: Cycle) => Promise<void>;

export interface CycleReport extends Verdict {
  readonly name: CycleName;
  readonly lives: number;
  readonly kills: number;
  /** Which moments something was made to happen at. */
  readonly hits: readonly string[];
  readonly pruned: number;
  readonly replayed: number;
  readonly problems: ReadonlyMap<string, number>;
  readonly freshMs: number;
  /** What led to a violation, for whoever must find out why. */
  readonly trace: readonly string[];
  /** Where the store's files and the whole trace are kept when something is wrong. */
  readonly folder: string;
}

export const runCycle = async (
  name: CycleName,
  scenario: Scenario,
  options: CycleOptions = {},
): Promise<CycleReport> => {
  const cycle = new Cycle(name, options);
  const { ledger, receivers, folder } = cycle;
  const isWrong: string[] = [];
  try {
    await cycle.open();
    await scenario(cycle);
    const settled = await settle(cycle);
    const names = receivers.map((receiver) => receiver.name);
    const verdict = judge(ledger, names, settled.letters);
    const violations = [...settled.violations, ...verdict.violations];
    isWrong.push(...violations);
    return {
      ...verdict,
      violations,
      name,
      lives: cycle.lives.length,
      kills: ledger.killed.size,
      hits: ledger.hits,
      pruned: ledger.pruned,
      replayed: ledger.replayed,
      problems: ledger.problems,
      freshMs: settled.freshMs,
      trace: ledger.trace,
      folder,
    };
  } catch (error) {
    isWrong.push(String(error));
    throw error;
  } finally {
    const keep = isWrong.length > 0 && options.keeps !== false;
    if (keep) writeFileSync(join(folder, "trace.txt"), [...isWrong, ...ledger.trace].join("\n"));
    await cycle.end({ keep });
  }
};
