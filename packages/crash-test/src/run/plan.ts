import { diskFaults, failingDisk } from "./disk.ts";
import { atFailpoints, failpointNames, failpointsACycle } from "./failpoints.ts";
import { killsAmong, randomKills } from "./random-kills.ts";
import type { Scenario } from "./run.ts";
import { stopMoments, stoppedBeyondLease } from "./stopped.ts";
import { syscallKills, syscallTargets } from "./syscalls.ts";

/** One way in which processes come to harm. */
export interface Source {
  readonly name: string;
  /** What happens in the cycle of that number; the same for the same number. */
  readonly scenario: (number: number) => Scenario;
  /** How many cycles the tests run, and how many the long run. */
  readonly cycles: { readonly short: number; readonly long: number };
  /** What must have been hit at least once in either. */
  readonly hits: readonly string[];
  /** Cannot be had where system calls cannot be traced. */
  readonly traces: boolean;
}

const parts = failpointNames.length / failpointsACycle;
const killsACycle = 5;
const syscallsACycle = 6;

export const sources = {
  random: {
    name: "random-kills",
    scenario: () => randomKills(killsACycle),
    cycles: { short: 4, long: 42 },
    hits: ["random"],
    traces: false,
  },
  syscalls: {
    name: "syscall-kills",
    scenario: (number) => syscallKills(syscallsACycle, number * syscallsACycle),
    cycles: { short: 2, long: 20 },
    hits: syscallTargets,
    traces: true,
  },
  failpoints: {
    name: "failpoint-kills",
    scenario: (number) => atFailpoints(number, "kill"),
    cycles: { short: parts, long: 3 * parts },
    hits: failpointNames,
    traces: false,
  },
  throwing: {
    name: "failpoint-throws",
    scenario: (number) => atFailpoints(number, "throw"),
    cycles: { short: 0, long: 3 * parts },
    hits: failpointNames,
    traces: false,
  },
  hanging: {
    name: "failpoint-hangs",
    scenario: (number) => atFailpoints(number, "hang"),
    cycles: { short: 0, long: 3 * parts },
    hits: failpointNames,
    traces: false,
  },
  several: {
    name: "several-processes",
    // Two on one store, then four.
    scenario: (number) => killsAmong(number % 2 === 0 ? 2 : 4, 3),
    cycles: { short: 2, long: 8 },
    hits: ["random"],
    traces: false,
  },
  stopped: {
    name: "stopped-processes",
    scenario: stoppedBeyondLease,
    cycles: { short: 2, long: 2 * stopMoments.length },
    hits: [],
    traces: false,
  },
  disk: {
    name: "disk-errors",
    scenario: (number) => failingDisk(diskFaults[number % diskFaults.length] ?? diskFaults[0]),
    cycles: { short: diskFaults.length, long: 4 * diskFaults.length },
    hits: diskFaults.map(({ name }) => name),
    traces: true,
  },
} as const satisfies Readonly<Record<string, Source>>;
