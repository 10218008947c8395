import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Emitter } from "@datasync-monitor/core";
import type { TableFile } from "./database.ts";
import { tableNames } from "./tables.ts";

/** How far the target is behind the source, or that it cannot be asked. */
export const checkHealth = (
  monitor: Emitter,
  source: TableFile,
  target: TableFile,
  check: number,
): void => {
  try {
    const behind = tableNames.map((table) => source.newest(table) - target.newest(table));
    monitor.emitEvent({
      event_type: "health_check",
      message: `health check ${check}: source and target answer`,
      metrics: { rows_behind: Math.max(...behind) },
    });
  } catch (error) {
    monitor.emitEvent({
      event_type: "health_check",
      level: "critical",
      message: `health check ${check}: the target does not answer as it should`,
      details: { error },
    });
  }
};

/** What the database files may take before somebody should know. */
const quotaBytes = 512 * 1_024;

const sizeOf = async (folder: string): Promise<number> => {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
};

/** Warns when the database files outgrow their quota, with what is left on their volume. */
export const checkStorage = async (
  monitor: Emitter,
  folder: string,
  check: number,
): Promise<void> => {
  const [used, volume] = await Promise.all([sizeOf(folder), statfs(folder)]);
  if (used <= quotaBytes) return;
  monitor.emitEvent({
    event_type: "storage_warning",
    message: `storage check ${check}: the databases outgrew their quota`,
    metrics: {
      used_bytes: used,
      quota_bytes: quotaBytes,
      volume_free_bytes: volume.bavail * volume.bsize,
      volume_used_ratio: 1 - volume.bavail / volume.blocks,
    },
  });
};
