import { setTimeout as sleep } from "node:timers/promises";
import { between } from "../random.ts";
import type { Cycle } from "./cycle.ts";
import type { Life } from "./life.ts";
import type { Scenario } from "./run.ts";

/** One kill in five comes while it starts, migrates and claims what was left; the others while it works. */
export const killSometime = async ({ random, ledger }: Cycle, life: Life): Promise<void> => {
  if (random() < 0.2) {
    await sleep(between(random, 0, 250));
  } else {
    const n = between(random, 0, 250);
    await life.said("emitted", { matches: (line) => line.n >= n });
    await sleep(between(random, 0, 40));
  }
  ledger.hits.push("random");
  await life.kill();
};

/** One process after another on one store, each killed at some millisecond. */
export const randomKills =
  (kills: number): Scenario =>
  async (cycle) => {
    for (let n = 0; n < kills; n += 1)
      await killSometime(cycle, cycle.start({ replays: cycle.random() < 0.3 }));
  };

/** Several processes on one store, each started again when it is killed. */
export const killsAmong =
  (processes: number, killsEach: number): Scenario =>
  async (cycle) => {
    const one = async () => {
      for (let n = 0; n < killsEach; n += 1)
        await killSometime(cycle, cycle.start({ events: 150 }));
    };
    await Promise.all(Array.from({ length: processes }, one));
  };
