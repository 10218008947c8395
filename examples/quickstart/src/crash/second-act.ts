import { until } from "../pace.ts";
import type { Say } from "../progress.ts";
import type { Death } from "./life.ts";
import { reportCrash } from "./report.ts";
import { away, Stage, type StageOptions } from "./stage.ts";

export interface SecondActOptions extends StageOptions {
  /** How many events must be committed before the service is killed. */
  readonly killAfter?: number | undefined;
  /** How many steps the restarted service works. */
  readonly stepsAfter?: number | undefined;
  /** Between two steps. */
  readonly paceMs?: number | undefined;
}

interface Script extends StageOptions {
  readonly killAfter: number;
  readonly stepsAfter: number;
  readonly paceMs: number;
}

/** How long core holds deliveries for a process that does not say that it still lives. */
const leaseMs = 15_000;

/** How much the first process did, and when it was stopped. */
interface Killed {
  readonly death: Death;
  readonly promised: number;
  readonly at: number;
}

const killInTheMiddle = async (stage: Stage, script: Script): Promise<Killed> => {
  const { progress, signal, killAfter, paceMs } = script;
  const { taken, committed } = stage.witness;
  await stage.meet("refuse");
  progress.say("service", `${away.join(", ")} are gone: they refuse connections`);
  const life = stage.begin({ steps: null, paceMs }, (waiting) =>
    progress.say("progress", `${committed.size} events committed, ${waiting}`),
  );
  progress.say(
    "service",
    `process ${life.pid} begins; it keeps its events with sqlStore in a file`,
  );

  // Nobody waits for ever for a store that commits nothing.
  const enough = () => committed.size >= killAfter || taken.size >= 4 * killAfter;
  await until(() => enough() || life.over(), signal);
  await stage.nextArrival(() => life.over() || signal.aborted);
  life.kill();
  const at = performance.now();
  const death = await life.ended;
  if (!signal.aborted) {
    progress.say(
      "service",
      `kill -9: process ${life.pid} is dead; of ${taken.size} events taken it told of ${committed.size} that they were committed`,
    );
  }
  return { death, promised: committed.size, at };
};

/** Tells what waits: when that changes, and every five seconds. */
const tellWaiting = (say: Say, leasesEndAt: number): ((text: string) => void) => {
  let last = "";
  return (text) => {
    const left = Math.ceil((leasesEndAt - performance.now()) / 1_000);
    if (text === last && left % 5 !== 0) return;
    last = text;
    const leases = left > 0 ? `the dead process's leases run for ${left} s at most; ` : "";
    say("progress", leases + text);
  };
};

const goOn = async (stage: Stage, script: Script, killedAt: number): Promise<Death> => {
  const { progress, stepsAfter, paceMs } = script;
  await stage.meet("accept");
  progress.say("service", `${away.join(", ")} are back`);
  const tell = tellWaiting(progress.say, killedAt + leaseMs);
  const life = stage.begin({ steps: stepsAfter, paceMs }, tell);
  progress.say("service", `process ${life.pid} begins with the same files, and goes on`);
  return life.ended;
};

/**
 * The service is killed in the middle of its work while most of its destinations are away, and
 * started again. Answers whether nothing that was committed is missing, nothing arrived that nobody
 * answers for, and there was something to lose.
 */
export const secondAct = async (options: SecondActOptions): Promise<boolean> => {
  const { progress, signal, killAfter = 30, stepsAfter = 5, paceMs = 250 } = options;
  const script = { ...options, killAfter, stepsAfter, paceMs };
  const stage = await Stage.open(options);
  try {
    const { death, promised, at } = await killInTheMiddle(stage, script);
    if (signal.aborted) return false;
    const deaths = [death, await goOn(stage, script, at)] as const;
    if (signal.aborted) return false;
    const { witness, receivers, filters } = stage;
    return reportCrash({ witness, receivers, filters, progress, promised, deaths });
  } finally {
    await stage.close();
  }
};
