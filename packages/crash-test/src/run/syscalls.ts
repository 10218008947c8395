import { between, type Random } from "../random.ts";
import type { Cycle } from "./cycle.ts";
import type { Scenario } from "./run.ts";
import { straceWith } from "./strace.ts";

/**
 * What libsql does to its files, under which name the hit is counted, and how far a thread of it counts
 * in the time that a process has.
 */
interface Target {
  readonly name: string;
  readonly calls: string;
  readonly of: (file: string) => string | undefined;
  readonly most: number;
  /** Only the last to close moves the log into the file. */
  readonly closes: boolean;
}

const anywhere = () => undefined;
const log = (file: string) => `${file}-wal`;
const itself = (file: string) => file;

const targets: readonly [Target, ...Target[]] = [
  { name: "log write", calls: "pwrite64", of: log, most: 150, closes: false },
  { name: "log sync", calls: "fsync,fdatasync", of: log, most: 8, closes: false },
  { name: "any write", calls: "pwrite64", of: anywhere, most: 150, closes: false },
  { name: "checkpoint write", calls: "pwrite64", of: itself, most: 12, closes: true },
  { name: "checkpoint sync", calls: "fsync,fdatasync", of: itself, most: 1, closes: true },
];

export const syscallTargets: readonly string[] = targets.map(({ name }) => name);

const patienceMs = 10_000;

/** A process that has not come so far in its time is followed by others that have less far to go. */
const maxTries = 3;

/** As many early ones as late ones, by order of magnitude. */
const nth = (random: Random, most: number): number => Math.max(1, Math.round(most ** random()));

/** Kills one process after another at the n-th write or sync of one of its threads; the first while it migrates. */
export const syscallKills =
  (kills: number, from: number): Scenario =>
  async (cycle) => {
    for (let n = 0; n < kills; n += 1) {
      const target = targets[(from + n) % targets.length] ?? targets[0];
      await killAt(cycle, target, nth(cycle.random, n === 0 ? 30 : target.most));
    }
  };

const killAt = async (cycle: Cycle, target: Target, n: number): Promise<void> => {
  for (let tries = 0, at = n; tries < maxTries; tries += 1, at = Math.ceil(at / 4)) {
    const isHit = await isKilledAt(cycle, target, at);
    cycle.ledger.hits.push(isHit ? target.name : `not reached: ${target.name}`);
    if (isHit) return;
  }
};

const isKilledAt = async (cycle: Cycle, target: Target, n: number): Promise<boolean> => {
  const { calls, closes } = target;
  const wrapper = straceWith({
    ...{ calls, what: "signal=SIGKILL", when: String(n) },
    path: target.of(cycle.file),
  });
  const life = cycle.start({}, { wrapper });
  if (closes) {
    const least = between(cycle.random, 5, 60);
    await life.said("emitted", { matches: (line) => line.n >= least });
    life.terminate();
  }
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    void life.kill();
  }, patienceMs);
  const { signal } = await life.ended;
  clearTimeout(late);
  return signal === "SIGKILL" && !isLate;
};
