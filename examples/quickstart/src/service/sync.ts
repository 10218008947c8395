import { setTimeout } from "node:timers/promises";
import type { Emitter } from "@datasync-monitor/core";
import type { TableFile } from "./database.ts";
import { type TableName, tableNames } from "./tables.ts";

const batchRows = 250;
const slowAfterMs = 150;

/** Copies a table in batches, from where the target stands: a table that lost everything is copied whole. */
async function* copy(source: TableFile, target: TableFile, table: TableName) {
  let cursor = target.newest(table);
  while (true) {
    const rows = source.after(table, cursor, batchRows);
    if (rows.length === 0) return;
    target.upsert(table, rows);
    cursor = Number(rows.at(-1)?.revision);
    yield rows.length;
    await setTimeout(5); // lets others have the event loop
  }
}

/** One run: what is new in the source reaches the target. Its events are told by `track`. */
export const sync = (monitor: Emitter, source: TableFile, target: TableFile): Promise<void> =>
  monitor.track(
    "sync",
    async (run) => {
      let copied = 0;
      for (const table of tableNames) {
        run.note("table", table);
        for await (const rows of copy(source, target, table)) {
          copied += rows;
          run.add("records_synced", rows);
        }
      }
      run.note("table", tableNames.join(", "));
      run.message(`copied ${copied} rows`);
    },
    { slowAfterMs },
  );
