import { checkBooks, type FakeClock, fakeClock } from "@datasync-monitor/testkit";
import { afterEach, expect } from "vitest";
import { createMonitor } from "../../src/monitor.ts";
import type { Monitor } from "../../src/monitor-api.ts";
import type { MonitorOptions } from "../../src/settings.ts";
import type { MonitorSignal, Problem } from "../../src/signals.ts";
import type { ReceiverStats } from "../../src/stats.ts";

export interface Rig {
  readonly clock: FakeClock;
  readonly monitor: Monitor;
  readonly problems: Problem[];
  readonly signals: MonitorSignal[];
  /** Emits `count` events, of growing `metrics.n`, and answers their ids. */
  emit(count: number, input?: object): string[];
  receiver(name: string): ReceiverStats;
}

export interface RigOptions extends MonitorOptions {
  readonly clock?: FakeClock | undefined;
}

const open: Rig[] = [];
/** What was told while the books did not balance. */
const unbalanced: string[] = [];

/** Counts fates from the signals alone: a second set of books, kept outside core. */
const checkOracle = ({ monitor, signals }: Rig): void => {
  const fates: Record<string, Record<string, number>> = {};
  for (const signal of signals) {
    if (signal.kind !== "settled") continue;
    fates[signal.receiver] ??= {};
    const counts = fates[signal.receiver] ?? {};
    counts[signal.fate] = (counts[signal.fate] ?? 0) + 1;
  }
  const sum = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  for (const { name, delivered, dropped } of monitor.stats().receivers) {
    expect(fates[name]?.delivered ?? 0, `delivered at ${name}`).toBe(delivered);
    expect(fates[name]?.dropped ?? 0, `dropped at ${name}`).toBe(sum(dropped));
  }
};

afterEach(async () => {
  expect(unbalanced.splice(0)).toEqual([]);
  for (const rig of open.splice(0)) {
    checkBooks(rig.monitor.stats());
    checkOracle(rig);
    const closing = rig.monitor.close({ deadlineMs: 0 });
    await rig.clock.advance(1_000);
    await closing;
    checkBooks(rig.monitor.stats());
    checkOracle(rig);
    expect(rig.monitor.stats().receivers.map(({ pending }) => pending)).toEqual(
      rig.monitor.stats().receivers.map(() => 0),
    );
  }
});

/** A monitor on a fake clock, without jitter, whose books are checked at every signal and after the test. */
export const rig = ({ clock = fakeClock(), ...options }: RigOptions = {}): Rig => {
  const problems: Problem[] = [];
  const signals: MonitorSignal[] = [];
  let watched: Monitor | undefined;
  /** An observer may ask for the books whenever it is told something. */
  const look = (told: object): void => {
    try {
      if (watched !== undefined) checkBooks(watched.stats());
    } catch (cause) {
      unbalanced.push(`${JSON.stringify(told)}: ${cause}`);
    }
  };
  const monitor = createMonitor({
    clock,
    random: () => 0.5,
    onProblem: (problem) => {
      problems.push(problem);
      look({ problem: problem.code });
    },
    ...options,
  });
  watched = monitor; // not before: a store may fail while the monitor is made
  monitor.observe((signal) => {
    signals.push(signal);
    look(signal);
  });
  let n = 0;
  const made: Rig = {
    clock,
    monitor,
    problems,
    signals,
    emit: (count, input = {}) =>
      Array.from({ length: count }, () => {
        n += 1;
        const taken = monitor.emitEvent({
          event_type: "sync_success",
          message: `event ${n}`,
          metrics: { n },
          ...input,
        });
        if (!taken.ok) throw new Error(taken.problem);
        return taken.event.id;
      }),
    receiver: (name) => {
      const found = monitor.stats().receivers.find((receiver) => receiver.name === name);
      if (found === undefined) throw new Error(`no receiver ${name}`);
      return found;
    },
  };
  open.push(made);
  return made;
};
