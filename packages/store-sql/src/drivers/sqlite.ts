import { resolve } from "node:path";
import { Kysely, sql } from "kysely";
import { kindOf, SqlStoreError } from "../errors.ts";
import type { Link, Source } from "../source.ts";
import { createFile, identityOf, setAside } from "./file.ts";
import { type LibsqlDatabase, libsqlDialect } from "./libsql.ts";
import { loadDriver } from "./load.ts";

/**
 * What a resolved commit survives. `"full"`: the process, the machine, the power. `"relaxed"`: the
 * process; the latest commits are lost with the power.
 */
export type Durability = "full" | "relaxed";

export interface SqliteSettings {
  readonly file: string;
  readonly prefix: string;
  readonly durability: Durability;
}

/**
 * How long a statement itself waits for another process; the store then waits without holding a
 * thread. libsql has few threads, and one that waits may be the one the holder needs.
 */
const busyMs = 25;
const walBytes = 64 * 1024 * 1024;
/** A month of hourly sums fits. */
const cacheKiB = 16 * 1024;

/** An embedded SQLite file through libsql. */
export class SqliteSource implements Source {
  readonly #settings: SqliteSettings;
  /** A file that is damaged again is a disk that is: moving files for ever would fill it. */
  #hasSetAside = false;

  constructor(settings: SqliteSettings) {
    // The folder that a program runs in may change.
    this.#settings = { ...settings, file: resolve(settings.file) };
  }

  async connect(): Promise<Link> {
    const { file } = this.#settings;
    const load = async () => (await import("libsql/promise")).default;
    const Database = await loadDriver("libsql", "file", load);
    createFile(file);
    const identity = identityOf(file);
    const open = (): LibsqlDatabase => new Database(file, {});
    const db = new Kysely<unknown>({ dialect: libsqlDialect(open) });
    try {
      await this.#prepare(db);
    } catch (error) {
      await db.destroy().catch(() => {});
      throw kindOf(error) === "corrupt" ? this.#setAside(identity) : error;
    }
    return {
      db,
      family: "sqlite",
      verify: () => this.#verify(db),
      check: () => {
        if (identityOf(file) === identity) return;
        throw fileMoved();
      },
      setAside: () => this.#setAside(identity),
      close: (failed) => close(db, failed),
    };
  }

  /** Only the very file that was found damaged: another process may have set it aside already. */
  #setAside(identity: string | undefined): Error {
    const { file, prefix } = this.#settings;
    if (identityOf(file) !== identity) return fileMoved();
    if (this.#hasSetAside) return damagedAgain();
    const error = setAside(file, prefix);
    this.#hasSetAside = identityOf(file) === undefined;
    return error;
  }

  async #prepare(db: Kysely<unknown>): Promise<void> {
    const say = (text: string) => sql.raw(text).execute(db);
    await say(`pragma busy_timeout = ${busyMs}`);
    await say("pragma journal_mode = wal");
    await say(`pragma synchronous = ${this.#settings.durability === "full" ? "full" : "normal"}`);
    await say(`pragma journal_size_limit = ${walBytes}`);
    await say(`pragma cache_size = ${-cacheKiB}`);
  }

  /** After the first write: before it, some drivers read back what they do not do. */
  async #verify(db: Kysely<unknown>): Promise<void> {
    const mode = (await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db)).rows[0];
    const level = (await sql<{ synchronous: number }>`pragma synchronous`.execute(db)).rows[0];
    const wanted = this.#settings.durability === "full" ? 2 : 1;
    if (mode?.journal_mode === "wal" && Number(level?.synchronous) === wanted) return;
    throw new SqlStoreError(
      "not-durable",
      "The store's file does not keep what is committed: it cannot be in WAL mode there, or does not sync. Put it on a local disk.",
    );
  }
}

const fileMoved = () =>
  new SqlStoreError(
    "file-moved",
    "The store's file was moved or deleted while it was open. It goes on with what is in its place now.",
  );

const damagedAgain = () =>
  new SqlStoreError(
    "corrupt",
    "The store's file is damaged again. It stays where it is: check the disk, then move the file away.",
  );

/** Leaves a file that is whole by itself, without what stands beside it. */
const close = async (db: Kysely<unknown>, failed: boolean): Promise<void> => {
  if (!failed) await sql`pragma wal_checkpoint(truncate)`.execute(db).catch(() => {});
  await db.destroy();
};
