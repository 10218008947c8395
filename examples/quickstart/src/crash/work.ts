import type { Emitter } from "@datasync-monitor/core";
import { checkHealth, checkStorage } from "../service/checks.ts";
import { cleanup } from "../service/cleanup.ts";
import type { Databases } from "../service/databases.ts";
import { sync } from "../service/sync.ts";
import { told } from "../service/told.ts";

export interface Stint {
  readonly monitor: Emitter;
  readonly databases: Databases;
  readonly folder: string;
  /** From 1 on, anew in each process. */
  readonly step: number;
}

/** One step of the service's work: a sync always, the rest now and then. A table is gone from the fourth step to the sixth. */
export const work = async ({ monitor, databases, folder, step }: Stint): Promise<void> => {
  const { source, target, market } = databases;
  market.trade(60, 10);
  if (step % 8 === 4) target.drop("indicator_data");
  if (step % 8 === 6) target.restore("indicator_data");
  await told(sync(monitor, source, target));
  if (step % 3 === 0) await told(cleanup(monitor, target));
  // The revision tells checks apart whichever process made them.
  if (step % 4 === 2) checkHealth(monitor, source, target, market.revision);
  if (step % 5 === 0) await checkStorage(monitor, folder, market.revision);
};
