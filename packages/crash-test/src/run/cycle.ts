import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ledger } from "../oracle/ledger.ts";
import { Receiver } from "../oracle/receiver.ts";
import { between, type Random, seeded } from "../random.ts";
import type { ChildSettings, StoreSettings } from "../settings.ts";
import { Life, type LifeOptions } from "./life.ts";

/** Which cycle it is: with the seed it says all that is left to chance here. */
export interface CycleName {
  readonly seed: string;
  readonly source: string;
  readonly number: number;
}

export interface CycleOptions {
  /** Instead of a file of its own. */
  readonly store?: StoreSettings | undefined;
  /** How much faster the children's time runs. Default 10: a lease of 15 s ends after 1.5 s. */
  readonly speed?: number | undefined;
  /** Whether the store's files stay when something is wrong. Default true. */
  readonly keeps?: boolean | undefined;
}

const leaseMs = 15_000;

/**
 * One store and two receivers, from the first process that opens the store to the last: one takes an
 * event a request, the other as many as wait, and is down at times.
 */
export class Cycle {
  readonly name: CycleName;
  readonly random: Random;
  readonly ledger = new Ledger();
  readonly folder: string;
  readonly file: string;
  readonly receivers: readonly [Receiver, Receiver];
  readonly lives: Life[] = [];
  readonly #seed: string;
  readonly #store: StoreSettings;
  readonly #clock: ChildSettings["clock"];
  #stopFlapping: () => Promise<void> = async () => {};

  constructor(name: CycleName, { store, speed = 10 }: CycleOptions = {}) {
    this.name = name;
    this.#seed = `${name.seed}/${name.source}/${name.number}`;
    this.random = seeded(this.#seed, "cycle");
    this.folder = mkdtempSync(join(tmpdir(), "datasync-crash-"));
    this.file = join(this.folder, "events.db");
    this.#store = store ?? { file: this.file };
    this.#clock = { epochMs: Date.now(), speed };
    this.receivers = [
      new Receiver("one", "object", this.ledger, this.#seed),
      new Receiver("many", "array", this.ledger, this.#seed),
    ];
  }

  /** How long a lease lasts here. */
  get leaseMs(): number {
    return leaseMs / this.#clock.speed;
  }

  get store(): StoreSettings {
    return this.#store;
  }

  async open(): Promise<void> {
    for (const receiver of this.receivers) await receiver.listen();
    const random = seeded(this.#seed, "flapping");
    this.#stopFlapping = this.receivers[1].flap(() => between(random, 20, 250));
  }

  /** Starts a process on the store. */
  start(settings: Partial<ChildSettings> = {}, options: LifeOptions = {}): Life {
    const life = new Life(
      {
        life: `life-${this.lives.length + 1}`,
        seed: this.#seed,
        store: this.#store,
        receivers: this.receivers.map((one) => one.settings),
        clock: this.#clock,
        events: 400,
        ...settings,
      },
      this.ledger,
      options,
    );
    this.lives.push(life);
    return life;
  }

  /** Nobody can be reached until it is calm. */
  async shut(): Promise<void> {
    await this.#stopFlapping();
    for (const receiver of this.receivers) await receiver.goDown();
  }

  /** From here on the receivers take everything, and nobody is killed any more. */
  async calm(): Promise<void> {
    await this.#stopFlapping();
    for (const receiver of this.receivers) await receiver.beKind();
  }

  async end({ keep }: { readonly keep: boolean }): Promise<void> {
    await this.#stopFlapping();
    for (const life of this.lives) {
      if (life.isOver) continue;
      life.resume();
      await life.kill();
    }
    for (const receiver of this.receivers) await receiver.goDown();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}
