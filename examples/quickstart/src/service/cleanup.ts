import type { Emitter } from "@datasync-monitor/core";
import type { TableFile } from "./database.ts";
import { tableNames } from "./tables.ts";

const keptRevisions = 1_500;

/** One run: rows that are old by now leave the target. */
export const cleanup = (monitor: Emitter, target: TableFile): Promise<void> =>
  monitor.track("cleanup", (run) => {
    let deleted = 0;
    for (const table of tableNames) {
      run.note("table", table);
      const rows = target.deleteUpTo(table, target.newest(table) - keptRevisions);
      deleted += rows;
      run.add("records_deleted", rows);
    }
    run.note("table", tableNames.join(", "));
    run.message(`deleted ${deleted} old rows`);
  });
