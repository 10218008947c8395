import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createMonitor, type Key, type Monitor } from "@datasync-monitor/core";
import { type Progress, waiting } from "../progress.ts";
import { keptScreen, type Screen } from "../receivers/console.ts";
import { openReceivers, type Receivers } from "../receivers/receivers.ts";
import { beginLife, type Life } from "./life.ts";
import type { Assignment } from "./run-service.ts";
import { Witness } from "./witness.ts";

/** The destinations that are away while the first process lives. */
export const away: readonly string[] = ["feishu", "slack", "email"];

export interface StageOptions {
  /** The path of the service's JavaScript. */
  readonly program: string;
  readonly progress: Progress;
  /** Kills whatever runs. */
  readonly signal: AbortSignal;
}

/** What outlives the service: the destinations, the folder with its files, and who remembers what it said. */
export class Stage {
  readonly receivers: Receivers;
  /** Sends nothing: it knows which receiver wants what. */
  readonly filters: Monitor;
  readonly witness = new Witness();
  readonly #options: StageOptions;
  readonly #screen: Screen;
  readonly #folder: string;
  readonly #lives: Life[] = [];
  readonly #killAll = (): void => {
    for (const life of this.#lives) life.kill();
  };

  private constructor(
    options: StageOptions,
    { screen, receivers, folder }: { screen: Screen; receivers: Receivers; folder: string },
  ) {
    this.#options = options;
    this.#screen = screen;
    this.receivers = receivers;
    this.#folder = folder;
    this.filters = createMonitor();
    receivers.register(this.filters);
    options.signal.addEventListener("abort", this.#killAll);
  }

  /** The real destinations are left alone: what arrived must be seen here. */
  static async open(options: StageOptions): Promise<Stage> {
    const screen = keptScreen((headline) => options.progress.say("console", headline));
    const receivers = await openReceivers({}, screen);
    const folder = await mkdtemp(join(tmpdir(), "datasync-quickstart-"));
    return new Stage(options, { screen, receivers, folder });
  }

  /** Starts the service; what an earlier process left in the folder is its own. */
  begin(work: Omit<Assignment, "folder">, tellWaiting: (text: string) => void): Life {
    const { program, progress } = this.#options;
    const life = beginLife({
      program,
      assignment: { ...work, folder: this.#folder },
      env: this.receivers.standInEnv,
      screen: this.#screen,
      hear: this.witness.hear({
        say: progress.say,
        signal: progress.listener(),
        open: (open) => tellWaiting(this.#waiting(open)),
      }),
    });
    this.#lives.push(life);
    return life;
  }

  /** What those who can be away meet from now on. */
  async meet(condition: "refuse" | "accept"): Promise<void> {
    for (const { notifier, standIn } of this.receivers.all) {
      if (away.includes(notifier.id)) await standIn?.meet(condition);
    }
  }

  /** Waits for the webhook's next message, and not a moment longer: its sender does not know yet that it arrived. */
  async nextArrival(isOver: () => boolean): Promise<void> {
    const webhook = this.receivers.all.find(({ notifier }) => notifier.id === "webhook")?.standIn;
    const arrived = (): number => (webhook?.attempts() ?? 0) - (webhook?.refusals() ?? 0);
    const before = arrived();
    while (arrived() === before && !isOver()) await setImmediate();
  }

  #waiting(open: readonly Key[]): string {
    const names = this.receivers.all.map(({ notifier }) => notifier.id);
    return waiting(
      names.map((name) => [name, open.filter(({ receiver }) => receiver === name).length]),
    );
  }

  async close(): Promise<void> {
    this.#options.signal.removeEventListener("abort", this.#killAll);
    this.#killAll();
    await Promise.allSettled(this.#lives.map(({ ended }) => ended));
    await this.filters.close();
    await this.receivers.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
