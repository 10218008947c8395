import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { Environment } from "../config/load.ts";
import { readConfig } from "../config/read.ts";
import { rentSchema } from "./schema.ts";
import { openStandIns, type StandIns } from "./stand-ins.ts";
import { openVolume, type Volume } from "./volume.ts";

/** Takes what is to be undone at the end, the latest first. */
export type Later = (step: () => Promise<unknown>) => void;

/** What the daemon is put into: places of its own, which are gone afterwards. */
export interface Scene {
  readonly config: Config;
  readonly volume: Volume;
  readonly standIns: StandIns;
}

const dayMs = 86_400_000;

/** Everything happens sooner than in a service, so that a minute is enough. */
const configOf = (folder: string, volume: Volume, target: Config["target"] | undefined): Config =>
  readConfig("The rehearsal", {
    source: { url: join(folder, "source.db") },
    target: target ?? { url: join(folder, "target.db") },
    events: join(folder, "events.db"),
    sync: { everyMs: 1_000, settleMs: 0, slowAfterMs: 1_000 },
    cleanup: { everyMs: 4_000, retentionMs: 80 * dayMs },
    health: { everyMs: 500, everyRounds: 8 },
    storage: { paths: [volume.path], everyMs: 250, measure: volume.measure },
    eventLoop: { everyMs: 1_000, thresholdMs: 200, cooldownMs: 2_000, remindMs: 1_000 },
    heartbeat: { everyMs: 5_000 },
    metrics: { port: 0 },
  });

/** The target is SQLite, or a schema of its own where `DATABASE_URL` says. */
export const openScene = async (env: Environment, later: Later): Promise<Scene> => {
  const folder = await mkdtemp(join(tmpdir(), "datasync-daemon-"));
  later(() => rm(folder, { recursive: true, force: true }));
  const volume = await openVolume(folder);
  later(volume.close);
  const rented = env.DATABASE_URL ? await rentSchema(env.DATABASE_URL) : undefined;
  if (rented) later(rented.remove);
  const standIns = await openStandIns();
  later(standIns.close);
  return { config: configOf(folder, volume, rented?.database), volume, standIns };
};
