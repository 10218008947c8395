import { setImmediate } from "node:timers/promises";
import { type Clock, type Emitter, type Run, systemClock } from "@datasync-monitor/core";
import { type DataRow, type Db, type TableName, tableNames, tables } from "../database/tables.ts";
import { type Cursor, forgetCursor, readCursor, saveCursor } from "./cursor.ts";

export interface SyncConfig {
  readonly source: Db;
  readonly target: Db;
  /** Rows in one transaction. Default 500. */
  readonly batchRows?: number | undefined;
  /**
   * Rows that changed less than this ago wait for the next run: while several write to the source,
   * an older change may become visible after a newer one, and would be passed over. Default 0.
   */
  readonly settleMs?: number | undefined;
  /** Past this, a run is told to be slow while it runs. */
  readonly slowAfterMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** The next rows after the cursor that have settled. */
const nextRows = (
  source: Db,
  table: TableName,
  after: Cursor | undefined,
  { until, limit }: { readonly until: number; readonly limit: number },
): Promise<readonly DataRow[]> => {
  let query = source
    .selectFrom(table)
    .select([...tables[table]])
    .where("updated_at", "<=", until);
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("updated_at", "id"), ">", tuple(after.updated_at, after.id)),
    );
  }
  return query.orderBy("updated_at").orderBy("id").limit(limit).execute();
};

const upsert = async (target: Db, table: TableName, rows: readonly DataRow[]): Promise<void> => {
  const changing = tables[table].filter((column) => column !== "id");
  await target
    .insertInto(table)
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet(({ ref }) =>
          Object.fromEntries(changing.map((column) => [column, ref(`excluded.${column}`)])),
        ),
    )
    .execute();
};

/** Brings what changed in the source to the target. Each run goes on where the last one ended, whatever ended it. */
export class SyncManager {
  readonly #config: SyncConfig;
  readonly #monitor: Emitter;

  constructor(config: SyncConfig, monitor: Emitter) {
    this.#config = config;
    this.#monitor = monitor;
  }

  /** One run over all tables; when the signal aborts it ends after the batch under way, and the next run goes on. */
  run(signal?: AbortSignal): Promise<void> {
    return this.#monitor.track(
      "sync",
      async (run) => {
        let synced = 0;
        run.set("records_synced", 0);
        for (const table of tableNames) synced += await this.#copy(table, run, signal);
        run.message(
          signal?.aborted
            ? `stopped after ${synced} records; the next run goes on from there`
            : `${synced} records synced`,
        );
      },
      { slowAfterMs: this.#config.slowAfterMs, details: { tables: tableNames } },
    );
  }

  /** The next run copies the table from its beginning: for a target that lost it. */
  forget(table: TableName): Promise<void> {
    return forgetCursor(this.#config.target, table);
  }

  async #copy(table: TableName, run: Run, signal: AbortSignal | undefined): Promise<number> {
    const { source, target, batchRows = 500, settleMs = 0, clock = systemClock } = this.#config;
    const page = { until: clock.now() - settleMs, limit: batchRows };
    let copied = 0;
    try {
      let cursor = await readCursor(target, table);
      while (!signal?.aborted) {
        const rows = await nextRows(source, table, cursor, page);
        const last = rows.at(-1);
        if (last === undefined) break;
        await target.transaction().execute(async (transaction) => {
          await upsert(transaction, table, rows);
          await saveCursor(transaction, table, last);
        });
        cursor = last;
        copied += rows.length;
        run.add("records_synced", rows.length);
        await setImmediate(); // SQLite answers synchronously: let others have the event loop
      }
      return copied;
    } catch (error) {
      run.note("failed_table", table);
      throw error;
    }
  }
}
