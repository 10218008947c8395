import { setTimeout as sleep } from "node:timers/promises";
import { between } from "../random.ts";
import type { Scenario } from "./run.ts";
import { straceWith } from "./strace.ts";

export interface DiskFault {
  readonly name: string;
  readonly calls: string;
  readonly error: string;
  readonly most: number;
}

export const diskFaults: readonly [DiskFault, ...DiskFault[]] = [
  { name: "disk full", calls: "pwrite64", error: "ENOSPC", most: 60 },
  { name: "sync fails", calls: "fsync,fdatasync", error: "EIO", most: 8 },
  { name: "write fails", calls: "pwrite64", error: "EIO", most: 60 },
];

/** One process on a disk that fails for a while: it must go on, and commit again when the disk does. */
export const failingDisk =
  (fault: DiskFault): Scenario =>
  async (cycle) => {
    const { calls, error, most, name } = fault;
    const first = between(cycle.random, 2, most);
    const when = `${first}..${first + between(cycle.random, 0, 4)}`;
    const wrapper = straceWith({ calls, what: `error=${error}`, when });
    const life = cycle.start({ events: 300 }, { wrapper });
    const failed = await life.said("problem", {
      matches: ({ code }) => code === "store-failed",
      withinMs: 10_000,
    });
    cycle.ledger.hits.push(failed === undefined ? `not reached: ${name}` : name);
    // All of it: what went on in memory has been written meanwhile.
    const committed = await life.said("committed", {
      matches: ({ count }) => count === 300,
      withinMs: 20_000,
    });
    if (committed === undefined)
      cycle.ledger.faults.push(`${life.name} did not recover from: ${name} ${when}`);
    await sleep(between(cycle.random, 0, 60));
    await life.kill();
  };
