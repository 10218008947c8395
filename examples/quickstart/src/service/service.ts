import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emitter } from "@datasync-monitor/core";
import { every, sleep } from "../pace.ts";
import { checkHealth, checkStorage } from "./checks.ts";
import { cleanup } from "./cleanup.ts";
import { Databases } from "./databases.ts";
import { marketCap, migrate, share } from "./migration.ts";
import { sync } from "./sync.ts";
import { told } from "./told.ts";

/** A data sync service: a source that grows, a target that follows, and what goes wrong on the way. */
export class Service {
  readonly #folder: string;
  readonly #databases: Databases;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#databases = new Databases(folder);
  }

  static async open(): Promise<Service> {
    return new Service(await mkdtemp(join(tmpdir(), "datasync-quickstart-")));
  }

  /** Works until the signal aborts. `say` hears of the incidents, which no receiver is told about. */
  async run(monitor: Emitter, say: (text: string) => void, signal: AbortSignal): Promise<void> {
    const { source, target, market } = this.#databases;
    let checks = 0;
    await Promise.all([
      every(450, signal, () => {
        market.trade(60, 10);
        return told(sync(monitor, source, target));
      }),
      every(1_900, signal, () => told(cleanup(monitor, target))),
      every(2_300, signal, () => checkHealth(monitor, source, target, ++checks)),
      every(2_700, signal, () => checkStorage(monitor, this.#folder, ++checks)),
      this.#change(monitor, signal),
      this.#loseTable(say, signal),
      this.#beLocked(say, signal),
    ]);
  }

  async close(): Promise<void> {
    this.#databases.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Two migrations. The second comes while its table is gone, and again when it is back. */
  async #change(monitor: Emitter, signal: AbortSignal): Promise<void> {
    const steps = [
      [2_000, marketCap],
      [6_000, share],
      [4_500, share],
    ] as const;
    for (const [waitMs, column] of steps) {
      await sleep(waitMs, signal);
      if (!signal.aborted) await told(migrate(monitor, this.#databases.target, column));
    }
  }

  async #loseTable(say: (text: string) => void, signal: AbortSignal): Promise<void> {
    await sleep(6_000, signal);
    if (signal.aborted) return;
    say("somebody drops the target's table indicator_data");
    this.#databases.target.drop("indicator_data");
    await sleep(3_500, signal);
    say("the table is created anew, empty: the next sync fills it");
    this.#databases.target.restore("indicator_data");
  }

  async #beLocked(say: (text: string) => void, signal: AbortSignal): Promise<void> {
    await sleep(11_500, signal);
    if (signal.aborted) return;
    say("a backup holds the target's write lock for a second");
    const release = this.#databases.target.lock();
    await sleep(1_000, signal);
    release();
  }
}
