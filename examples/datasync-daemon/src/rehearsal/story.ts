import { setTimeout as sleep } from "node:timers/promises";
import type { Monitor, MonitorEvent } from "@datasync-monitor/core";
import type { Config } from "../config/config.ts";
import type { Daemon } from "../daemon.ts";
import { tableNames } from "../database/tables.ts";
import type { Market } from "../sample/market.ts";
import {
  cleanUpReplica,
  cleanUpTooMuch,
  compressExport,
  dropTable,
  exportTable,
  migrateWrongly,
  removeExport,
  restoreTable,
} from "./incidents.ts";
import type { Volume } from "./volume.ts";
import type { Witness } from "./witness.ts";

export interface Stage {
  readonly config: Config;
  readonly monitor: Monitor;
  readonly daemon: Daemon;
  readonly market: Market;
  readonly volume: Volume;
  readonly witness: Witness;
  readonly say: (text: string) => void;
}

const didSomething = ({ metrics }: MonitorEvent): boolean => (metrics.records_synced ?? 0) > 0;

const isSlowLoop = ({ level, details }: MonitorEvent): boolean =>
  level === "warning" && details.source === "event-loop";

const begin = async ({ daemon, market, witness, say }: Stage): Promise<void> => {
  say("the daemon starts on an empty target: two migrations, the first sync, the first cleanup");
  const cleaned = witness.next("cleanup_success");
  await daemon.start();
  await cleaned;
  say("the market trades: 3,000 new rows in each table");
  await market.trade(3_000);
  await witness.next("sync_success", didSomething);
};

/** The next sync has every row to copy, which takes long enough to meet something. */
const askForWholeCopy = async ({ sync }: Daemon): Promise<void> => {
  for (const table of tableNames) await sync.forget(table);
};

const loseTable = async ({ daemon, witness, say }: Stage): Promise<void> => {
  say("a whole copy is asked for, and under it somebody drops the target's table indicator_data");
  const failed = witness.next("sync_failure");
  const noticed = witness.next("health_check", ({ level }) => level === "critical");
  await askForWholeCopy(daemon);
  await witness.next("sync_start");
  await dropTable(daemon.target);
  await Promise.all([failed, noticed]);
  say("the table is created anew, empty, and copied from its beginning");
  const whole = witness.next("sync_success", didSomething);
  const healthy = witness.next("health_check", ({ level }) => level === "info");
  await restoreTable(daemon.target, daemon.sync);
  await Promise.all([whole, healthy]);
};

const makeMistakes = async ({ config, daemon, monitor, witness, say }: Stage): Promise<void> => {
  const { target } = daemon;
  const { retentionMs } = config.cleanup;
  say("a cleanup is pointed at a read-only replica");
  await Promise.all([
    witness.next("cleanup_failure"),
    cleanUpReplica(config.target, retentionMs, monitor),
  ]);
  say("a cleanup is told a retention of seconds where milliseconds belong");
  await Promise.all([witness.next("cleanup_failure"), cleanUpTooMuch(target, monitor)]);
  say("a release brings a migration that rounds every price");
  await Promise.all([witness.next("migration_failure"), migrateWrongly(target, monitor)]);
};

const fillVolume = async ({ daemon, volume, witness, say }: Stage): Promise<void> => {
  say(`coin_data is exported to ${volume.kind}`);
  const warned = witness.next("storage_warning", ({ level }) => level !== "info");
  await exportTable(daemon.source, volume);
  await warned;
  say("somebody compresses the export on the event loop");
  const slow = witness.next("performance_warning", isSlowLoop);
  const compress = async (): Promise<undefined> => {
    await compressExport(volume);
    await sleep(1_500); // a round of the watcher passes
  };
  while ((await Promise.race([slow, compress()])) === undefined);
  say("the export is removed");
  const recovered = witness.next("storage_warning", ({ level }) => level === "info");
  await removeExport(volume);
  await recovered;
};

const end = async ({ daemon, witness, say }: Stage): Promise<void> => {
  await askForWholeCopy(daemon);
  await witness.next("sync_start");
  say("SIGTERM, in the middle of a sync");
  process.kill(process.pid, "SIGTERM");
};

/** Lets happen, one after another, what makes each of the thirteen event types. */
export const playStory = async (stage: Stage): Promise<void> => {
  for (const act of [begin, loseTable, makeMistakes, fillVolume, end]) await act(stage);
};
