import { type Clock, ConfigError, type Emitter, systemClock } from "@datasync-monitor/core";
import { lockTables } from "../database/lock.ts";
import type { Db } from "../database/tables.ts";
import {
  differenceOf,
  type Preserved,
  preservedTables,
  rowsOf,
  type Snapshot,
  takeSnapshot,
} from "./verify.ts";

/** One step of the schema, and back. */
export interface Migration {
  /** 1, 2, 3 and so on; never used again. */
  readonly version: number;
  readonly name: string;
  readonly up: (transaction: Db) => Promise<unknown>;
  readonly down: (transaction: Db) => Promise<unknown>;
  /** Compared before and after by row count and checksum. A step that changes them is rolled back. */
  readonly preserves: Preserved;
}

export interface MigrationConfig {
  readonly target: Db;
  /** In the order of their versions, without a gap. */
  readonly migrations: readonly Migration[];
  readonly clock?: Clock | undefined;
}

type Direction = "up" | "down";

const checkVersions = (migrations: readonly Migration[]): void => {
  for (const [index, { version, name }] of migrations.entries()) {
    if (version === index + 1) continue;
    throw new ConfigError(
      "migrations",
      `Migration "${name}" has version ${version} where ${index + 1} belongs: versions count from 1 without a gap.`,
    );
  }
};

/** Brings the target's schema to the version that this release knows, a verified step at a time. */
export class MigrationManager {
  readonly #config: MigrationConfig;
  readonly #monitor: Emitter;

  /** @throws ConfigError when the versions do not count from 1. */
  constructor(config: MigrationConfig, monitor: Emitter) {
    checkVersions(config.migrations);
    this.#config = config;
    this.#monitor = monitor;
  }

  /** Takes each step that is not taken yet. One that fails is rolled back, and those after it are left. */
  async run(): Promise<void> {
    const { migrations } = this.#config;
    const version = await this.version();
    if (version > migrations.length) await this.#refuse(version);
    for (const migration of migrations.slice(version)) await this.#step(migration, "up");
  }

  /** Takes the last step back; nothing where none was taken. */
  async revert(): Promise<void> {
    const migration = this.#config.migrations[(await this.version()) - 1];
    if (migration !== undefined) await this.#step(migration, "down");
  }

  /** The version of the target's schema; 0 for an empty database. */
  async version(): Promise<number> {
    const { target } = this.#config;
    await target.schema
      .createTable("datasync_schema")
      .ifNotExists()
      .addColumn("version", "integer", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("applied_at", "bigint", (column) => column.notNull())
      .execute();
    const { version } = await target
      .selectFrom("datasync_schema")
      .select(({ fn }) => fn.max("version").as("version"))
      .executeTakeFirstOrThrow();
    return version ?? 0;
  }

  #step(migration: Migration, direction: Direction): Promise<void> {
    const { target } = this.#config;
    const { version, name, preserves } = migration;
    return this.#monitor.track(
      "migration",
      async (run) => {
        let before: Snapshot = new Map();
        try {
          await target.transaction().execute(async (transaction) => {
            if (!(await this.#record(transaction, migration, direction))) return;
            await lockTables(transaction, preservedTables(preserves));
            before = await takeSnapshot(transaction, preserves);
            await migration[direction](transaction);
            const difference = differenceOf(before, await takeSnapshot(transaction, preserves));
            if (difference !== undefined) throw new Error(`verification failed: ${difference}`);
          });
        } catch (error) {
          run.note("rolled_back", await this.#isBack(before, preserves));
          throw error;
        }
        run.add("records_migrated", rowsOf(before));
        run.message(
          `schema ${direction} to version ${direction === "up" ? version : version - 1}: ${name}`,
        );
      },
      { details: { version, name, direction } },
    );
  }

  /** False when another process was faster: it waited for our row, or we for its. */
  async #record(
    transaction: Db,
    { version, name }: Migration,
    direction: Direction,
  ): Promise<boolean> {
    const { clock = systemClock } = this.#config;
    if (direction === "down") {
      const { numDeletedRows } = await transaction
        .deleteFrom("datasync_schema")
        .where("version", "=", version)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    }
    const { numInsertedOrUpdatedRows = 0n } = await transaction
      .insertInto("datasync_schema")
      .values({ version, name, applied_at: clock.now() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows > 0n;
  }

  /** Whether a rollback left what was there before. */
  async #isBack(before: Snapshot, preserves: Preserved): Promise<boolean> {
    try {
      const tables = Object.fromEntries([...before.keys()].map((name) => [name, preserves[name]]));
      return differenceOf(before, await takeSnapshot(this.#config.target, tables)) === undefined;
    } catch {
      return false;
    }
  }

  #refuse(version: number): Promise<never> {
    const known = this.#config.migrations.length;
    return this.#monitor.track("migration", () => {
      throw new Error(
        `the target's schema is at version ${version}, and this release knows ${known}: deploy the newer release`,
      );
    });
  }
}
