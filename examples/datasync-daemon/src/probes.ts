import type { Monitor, Registration } from "@datasync-monitor/core";
import {
  eventLoopWatcher,
  type HealthCheck,
  healthChecks,
  heartbeat,
  storageWatcher,
} from "@datasync-monitor/probes";
import type { Config } from "./config/config.ts";
import { type Db, tableNames } from "./database/tables.ts";

/** Passes when the database answers, and has its tables. */
const answers = (db: Db): HealthCheck => ({
  level: "critical",
  async run() {
    for (const table of tableNames) {
      await db.selectFrom(table).select("id").limit(1).execute();
    }
  },
});

/** Watches what the daemon lives on. */
export const startProbes = (
  monitor: Monitor,
  config: Pick<Config, "health" | "storage" | "eventLoop" | "heartbeat">,
  { source, target }: { readonly source: Db; readonly target: Db },
): readonly Registration[] => [
  healthChecks(monitor, {
    ...config.health,
    checks: { source: answers(source), target: answers(target) },
  }),
  storageWatcher(monitor, config.storage),
  eventLoopWatcher(monitor, config.eventLoop),
  heartbeat(monitor, config.heartbeat),
];
