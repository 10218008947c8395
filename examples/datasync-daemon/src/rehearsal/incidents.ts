import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Emitter } from "@datasync-monitor/core";
import { sql } from "kysely";
import { type DatabaseOptions, openDatabase } from "../database/open.ts";
import { type DataRow, type Db, tables } from "../database/tables.ts";
import { CleanupManager } from "../managers/cleanup.ts";
import { type Migration, MigrationManager } from "../managers/migration.ts";
import { createDataTables, migrations } from "../managers/migrations.ts";
import type { SyncManager } from "../managers/sync.ts";
import { type Volume, volumeBytes } from "./volume.ts";

/** Its events tell of the failure, which is what is wanted here. */
const told = (run: Promise<void>): Promise<void> => run.catch(() => {});

export const dropTable = (target: Db): Promise<void> =>
  target.schema.dropTable("indicator_data").execute();

export const restoreTable = async (target: Db, sync: SyncManager): Promise<void> => {
  await createDataTables(target);
  await sync.forget("indicator_data");
};

/** A cleanup that somebody points at a replica, where nothing can be written. */
export const cleanUpReplica = async (
  target: DatabaseOptions,
  retentionMs: number,
  monitor: Emitter,
): Promise<void> => {
  const replica = openDatabase({ ...target, readOnly: true });
  await told(new CleanupManager({ target: replica, retentionMs }, monitor).run());
  await replica.destroy();
};

/** A cleanup that somebody told the retention in seconds. */
export const cleanUpTooMuch = (target: Db, monitor: Emitter): Promise<void> =>
  told(new CleanupManager({ target, retentionMs: 80 * 24 * 3_600 }, monitor).run());

/** Who wrote it took the prices for whole numbers. */
const wholePrices: Migration = {
  version: migrations.length + 1,
  name: "prices without fractions",
  up: (db) => sql`update coin_data set price = round(price)`.execute(db),
  down: async () => {},
  preserves: { coin_data: tables.coin_data },
};

export const migrateWrongly = (target: Db, monitor: Emitter): Promise<void> =>
  told(new MigrationManager({ target, migrations: [...migrations, wholePrices] }, monitor).run());

const fileOf = ({ path }: Volume): string => join(path, "coin_data.jsonl");

const nextRows = (source: Db, after: number): Promise<readonly DataRow[]> =>
  source
    .selectFrom("coin_data")
    .select([...tables.coin_data])
    .where("id", ">", after)
    .orderBy("id")
    .limit(500)
    .execute();

/** Writes the table to the volume, until it has nine tenths of it. */
export const exportTable = async (source: Db, volume: Volume): Promise<void> => {
  const file = await open(fileOf(volume), "w");
  try {
    let bytes = 0;
    let rows = await nextRows(source, 0);
    while (rows.length > 0 && bytes < 0.9 * volumeBytes) {
      const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
      bytes += (await file.write(text)).bytesWritten;
      rows = await nextRows(source, Number(rows.at(-1)?.id));
    }
  } finally {
    await file.close();
  }
};

/** Compresses a piece of the export on the event loop, where it keeps everybody waiting. */
export const compressExport = async (volume: Volume): Promise<void> => {
  const text = await readFile(fileOf(volume));
  brotliCompressSync(text.subarray(0, 250_000));
};

export const removeExport = (volume: Volume): Promise<void> => rm(fileOf(volume));
