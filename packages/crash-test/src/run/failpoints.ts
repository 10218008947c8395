import { setTimeout as sleep } from "node:timers/promises";
import { between } from "../random.ts";
import type { ChildSettings } from "../settings.ts";
import type { Cycle } from "./cycle.ts";
import type { Life } from "./life.ts";
import type { Scenario } from "./run.ts";

interface Step {
  readonly step: string;
  /** How often a process comes by in the time it has. */
  readonly most: number;
  readonly settings?: Partial<ChildSettings>;
  /** Reached only when it is told to end. */
  readonly closes?: boolean;
}

/** What a process does with its store, and around a request; each has a moment before and one after it. */
const steps: readonly Step[] = [
  { step: "open", most: 1 },
  { step: "commit", most: 20 },
  { step: "accept", most: 10 },
  { step: "ack", most: 10 },
  { step: "nack", most: 3 },
  { step: "dead", most: 2 },
  { step: "claim", most: 2 },
  { step: "renew", most: 2 },
  { step: "move", most: 1, settings: { replays: true } },
  { step: "prune", most: 1, settings: { historyEvents: 20, events: 120 } },
  { step: "close", most: 1, settings: { events: 60 }, closes: true },
  { step: "send", most: 60 },
];

export type Mode = "kill" | "throw" | "hang";

export interface Moment extends Pick<Step, "most" | "settings" | "closes"> {
  readonly name: string;
  readonly mode: Mode | "stop";
}

export const failpointNames: readonly string[] = steps.flatMap(({ step }) => [
  `${step}.before`,
  `${step}.after`,
]);

/** How many processes a cycle has: those of one store. */
export const failpointsACycle = 6;

/** Retries and renewals have their turn in that. */
const afterwardsMs = 400;

/**
 * One process after another, each of which something befalls at one of six named moments. One that is
 * not killed by it goes on, until it is killed at some later time.
 */
export const atFailpoints =
  (part: number, mode: Mode): Scenario =>
  async (cycle) => {
    const from = (part * failpointsACycle) % failpointNames.length;
    for (const name of failpointNames.slice(from, from + failpointsACycle))
      await meet(cycle, name, mode);
  };

const meet = async (cycle: Cycle, name: string, mode: Mode): Promise<void> => {
  const step = steps.find((one) => name.startsWith(`${one.step}.`)) ?? unknown(name);
  const life = await reach(cycle, { ...step, name, mode });
  if (life === undefined) return;
  if (mode !== "kill") await outlive(cycle, life);
  await life.kill();
};

const maxTries = 3;

/**
 * Starts a process that comes to a named moment, and answers it when it has. One on a busy machine may
 * not come by in its time: then others try, at the first time.
 */
export const reach = async (
  cycle: Cycle,
  { name, mode, most, settings, closes }: Moment,
): Promise<Life | undefined> => {
  const n = between(cycle.random, 1, most);
  for (let tries = 0; tries < maxTries; tries += 1) {
    const failpoint = `${name}:${tries === 0 ? n : 1}:${mode}`;
    const life = cycle.start(settings, { failpoint });
    if (closes) {
      await life.said("emitted", { matches: (line) => line.n >= 20 });
      life.terminate();
    }
    const met = await life.said("failpoint", { withinMs: 10_000 });
    if (met !== undefined) return life;
    await life.kill();
  }
  return undefined;
};

const outlive = async ({ random }: Cycle, life: Life): Promise<void> => {
  await Promise.race([sleep(between(random, afterwardsMs / 2, afterwardsMs)), life.ended]);
};

const unknown = (name: string): never => {
  throw new Error(`There is no failpoint ${name}.`);
};
