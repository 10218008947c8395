import type { Monitor, Registration } from "@datasync-monitor/core";
import type { Config } from "./config/config.ts";
import { openDatabase } from "./database/open.ts";
import type { Db } from "./database/tables.ts";
import { CleanupManager } from "./managers/cleanup.ts";
import { MigrationManager } from "./managers/migration.ts";
import { migrations } from "./managers/migrations.ts";
import { SyncManager } from "./managers/sync.ts";
import { startProbes } from "./probes.ts";
import { Market } from "./sample/market.ts";
import { Scheduler, type SchedulerOptions } from "./scheduler.ts";

/** Two databases, three managers, a scheduler and the probes. */
export class Daemon {
  readonly source: Db;
  readonly target: Db;
  readonly sync: SyncManager;
  readonly #config: Config;
  readonly #monitor: Monitor;
  readonly #cleanup: CleanupManager;
  readonly #migration: MigrationManager;
  readonly #scheduler: Scheduler;
  #probes: readonly Registration[] = [];

  /** Opens both databases; nothing runs before `start()`. The managers tell of their failures themselves. */
  constructor(config: Config, monitor: Monitor, onFailure?: SchedulerOptions["onFailure"]) {
    this.#config = config;
    this.#monitor = monitor;
    this.#scheduler = new Scheduler({ onFailure });
    this.source = openDatabase(config.source);
    this.target = openDatabase(config.target);
    const { source, target } = this;
    this.sync = new SyncManager({ source, target, ...config.sync }, monitor);
    this.#cleanup = new CleanupManager({ target, ...config.cleanup }, monitor);
    this.#migration = new MigrationManager({ target, migrations }, monitor);
  }

  /** Brings the target's schema up to date, then begins to work. Rejects when a migration fails: its release must not write. */
  async start(): Promise<void> {
    await this.#migration.run();
    const { sync, cleanup, sample } = this.#config;
    if (sample.rows > 0) await this.#invent(sample);
    this.#probes = startProbes(this.#monitor, this.#config, this);
    const { everyMs } = sync;
    this.#scheduler.add({ name: "sync", everyMs, run: (signal) => this.sync.run(signal) });
    this.#scheduler.add({
      name: "cleanup",
      everyMs: cleanup.everyMs,
      run: (signal) => this.#cleanup.run(signal),
    });
  }

  /** Lets the batch under way finish, begins no other, and stops looking. False when the batch outlives `closeMs`. */
  async stop(): Promise<boolean> {
    const ended = await this.#scheduler.stop({ deadlineMs: this.#config.closeMs });
    await Promise.all(this.#probes.map((probe) => probe.unregister()));
    return ended;
  }

  async close(): Promise<void> {
    await Promise.all([this.source.destroy(), this.target.destroy()]);
  }

  /** A market that trades, for a source that nobody else fills. */
  async #invent(sample: Config["sample"]): Promise<void> {
    const market = await Market.open(this.source, sample);
    this.#scheduler.add({
      name: "sample",
      everyMs: sample.everyMs,
      run: () => market.trade(sample.newRows),
    });
  }
}
