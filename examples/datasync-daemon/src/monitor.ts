import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createMonitor, type Monitor, type Problem } from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import type { Config } from "./config/config.ts";

/** The monitor, and the one place that says where its events are kept. */
export const openMonitor = (
  { service, events }: Pick<Config, "service" | "events">,
  onProblem?: (problem: Problem) => void,
): Monitor => {
  const file = resolve(events);
  mkdirSync(dirname(file), { recursive: true });
  return createMonitor({ service, store: sqlStore({ file }), onProblem });
};
