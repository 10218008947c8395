import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, ConfigError } from "@datasync-monitor/core";
import { kindOf, SqlStoreError, translated } from "./errors.ts";
import { migrate } from "./schema/migrate.ts";
import { type Tables, tablesOf } from "./schema/tables.ts";
import { inTransaction, type Session, sessionOn } from "./session.ts";
import type { Link, Source } from "./source.ts";

/** How long others may be in the way before a call fails; the journal gives a store 5 seconds. */
const patienceMs = 3_000;
const firstWaitMs = 5;
const lastWaitMs = 100;

const reused =
  "The store is closed: a monitor that was closed has closed it. Give each monitor a sqlStore() of its own.";

interface Ready extends Link {
  /** Since when the store remembers. */
  readonly beganAt: number;
}

/**
 * The way to the database, which is opened when it is first needed and again when it was lost. Tries
 * again while others are in the way, and tells what went wrong without a driver's words.
 */
export class Database {
  readonly #source: Source;
  readonly #tables: Tables;
  readonly #clock: Clock;
  #instance = "unnamed";
  #ready: Promise<Ready> | undefined;
  #closed: Promise<void> | undefined;

  constructor(source: Source, prefix: string, clock: Clock) {
    this.#source = source;
    this.#tables = tablesOf(prefix);
    this.#clock = clock;
  }

  async open(instance: string): Promise<void> {
    if (this.#closed !== undefined) throw new ConfigError("store", reused);
    this.#instance = instance;
    await this.#attempt("be opened", async () => {});
  }

  read<T>(doing: string, work: (session: Session, beganAt: number) => Promise<T>): Promise<T> {
    return this.#attempt(doing, ({ db, family, beganAt }) =>
      work(sessionOn(db, family, this.#tables), beganAt),
    );
  }

  /** In one transaction, which may be tried several times. */
  write<T>(doing: string, work: (session: Session) => Promise<T>): Promise<T> {
    return this.#attempt(doing, ({ db, family }) => inTransaction(db, family, this.#tables, work));
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      const ready = await this.#ready?.catch(() => undefined);
      await ready?.close(false).catch((error: unknown) => {
        throw translated(error, "be closed");
      });
    })();
    return this.#closed;
  }

  async #attempt<T>(doing: string, work: (ready: Ready) => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + patienceMs;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(lastWaitMs, waitMs * 2)) {
      try {
        return await this.#once(work);
      } catch (error) {
        const isOver = kindOf(error) !== "busy" || performance.now() + waitMs > giveUpAt;
        if (isOver || this.#closed !== undefined) throw translated(error, doing);
      }
      // Others hold their locks in real time, whatever the store's clock says.
      await sleep(waitMs);
    }
  }

  async #once<T>(work: (ready: Ready) => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw new SqlStoreError("closed", "The store is closed.");
    this.#ready ??= this.#connect();
    const current = this.#ready;
    const ready = await current;
    try {
      ready.check?.();
      return await work(ready);
    } catch (error) {
      const kind = kindOf(error);
      if (kind !== "lost" && kind !== "corrupt") throw error;
      // The next call connects anew. What a failed sync wrote is not known: commits are idempotent.
      const isFirst = this.#ready === current;
      if (isFirst) this.#ready = undefined;
      const setAside = isFirst && kind === "corrupt" ? ready.setAside : undefined;
      await ready.close(true).catch(() => {});
      throw setAside?.() ?? error;
    }
  }

  async #connect(): Promise<Ready> {
    try {
      const link = await this.#source.connect();
      try {
        const opening = { instance: this.#instance, now: this.#clock.now() };
        const beganAt = await migrate(link.db, link.family, this.#tables, opening);
        await link.verify?.();
        return { ...link, beganAt };
      } catch (error) {
        await link.close(true).catch(() => {});
        throw (kindOf(error) === "corrupt" && link.setAside?.()) || error;
      }
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }
}
