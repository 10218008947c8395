import { setTimeout as sleep } from "node:timers/promises";
import { between } from "../random.ts";
import type { ChildSettings } from "../settings.ts";
import type { Cycle } from "./cycle.ts";
import type { Scenario } from "./run.ts";

type KilledSettings = Pick<ChildSettings, "events" | "replays">;

/** How far a process comes before it is killed: there are always some events left. */
const latestKill = 0.6;

/** One kill in five comes while it starts, migrates and claims what was left; the others while it works. */
const killSometime = async (cycle: Cycle, settings: KilledSettings): Promise<void> => {
  const { random, ledger } = cycle;
  const life = cycle.start(settings);
  if (random() < 0.2) {
    await sleep(between(random, 0, 250));
  } else {
    const n = between(random, 0, Math.floor(settings.events * latestKill));
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
      await killSometime(cycle, { events: 400, replays: cycle.random() < 0.3 });
  };

/** Several processes on one store, each started again when it is killed. */
export const killsAmong =
  (processes: number, killsEach: number): Scenario =>
  async (cycle) => {
    const one = async () => {
      for (let n = 0; n < killsEach; n += 1) await killSometime(cycle, { events: 150 });
    };
    await Promise.all(Array.from({ length: processes }, one));
  };
