import { setImmediate } from "node:timers/promises";
import { type Clock, type Emitter, type Run, systemClock } from "@datasync-monitor/core";
import { type Db, type TableName, tableNames } from "../database/tables.ts";

export interface CleanupConfig {
  readonly target: Db;
  /** Rows that did not change for longer than this are deleted. */
  readonly retentionMs: number;
  /** Rows in one transaction. Default 1,000. */
  readonly batchRows?: number | undefined;
  /** The largest part of a table that one run may delete, from 0 to 1. Default 0.5. */
  readonly maxShare?: number | undefined;
  readonly clock?: Clock | undefined;
}

const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

/** Nothing was deleted: it would have been too much to be meant. */
export class CleanupRefused extends Error {
  override readonly name = "CleanupRefused";

  constructor(table: TableName, expired: number, rows: number, maxShare: number) {
    super(
      `refused to delete ${expired} of the ${rows} rows of ${table} (${percent(expired / rows)}): ` +
        `a run may delete ${percent(maxShare)}. Check the retention and the clock, or raise maxShare`,
    );
  }
}

const count = async (
  db: Db,
  table: TableName,
  before = Number.MAX_SAFE_INTEGER,
): Promise<number> => {
  const { rows } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as("rows"))
    .where("updated_at", "<", before)
    .executeTakeFirstOrThrow();
  return rows;
};

const deleteBatch = async (
  db: Db,
  table: TableName,
  before: number,
  limit: number,
): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom(table)
    .where("id", "in", ({ selectFrom }) =>
      selectFrom(table)
        .select("id")
        .where("updated_at", "<", before)
        .orderBy("updated_at")
        .limit(limit),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

/** Deletes what is past its retention from the target. */
export class CleanupManager {
  readonly #config: CleanupConfig;
  readonly #monitor: Emitter;

  constructor(config: CleanupConfig, monitor: Emitter) {
    this.#config = config;
    this.#monitor = monitor;
  }

  /** One run over all tables; when the signal aborts it ends after the batch under way. */
  run(signal?: AbortSignal): Promise<void> {
    const { retentionMs, clock = systemClock } = this.#config;
    const before = clock.now() - retentionMs;
    return this.#monitor.track(
      "cleanup",
      async (run) => {
        let deleted = 0;
        run.set("records_deleted", 0);
        await this.#guard(before);
        for (const table of tableNames)
          deleted += await this.#deleteOld(table, before, run, signal);
        run.message(
          signal?.aborted
            ? `stopped after ${deleted} old records were deleted`
            : `${deleted} old records deleted`,
        );
      },
      { details: { tables: tableNames, before: new Date(before) } },
    );
  }

  /** Looks at all tables before the first row is deleted: half a cleanup would be no better. */
  async #guard(before: number): Promise<void> {
    const { target, maxShare = 0.5 } = this.#config;
    for (const table of tableNames) {
      const [expired, rows] = [await count(target, table, before), await count(target, table)];
      if (expired > rows * maxShare) throw new CleanupRefused(table, expired, rows, maxShare);
    }
  }

  async #deleteOld(
    table: TableName,
    before: number,
    run: Run,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { target, batchRows = 1_000 } = this.#config;
    let deleted = 0;
    while (!signal?.aborted) {
      const rows = await deleteBatch(target, table, before, batchRows);
      deleted += rows;
      run.add("records_deleted", rows);
      if (rows < batchRows) break;
      await setImmediate(); // SQLite answers synchronously: let others have the event loop
    }
    return deleted;
  }
}
