import type { Clock, Timer } from "../clock.ts";
import type { Problem } from "../signals.ts";
import type { Accepted, EventStore, MaybePromise, Outcome } from "../store/store.ts";

export interface JournalOptions {
  readonly clock: Clock;
  readonly report: (problem: Problem) => void;
}

/** How many rows are kept for a store that fails; beyond that the oldest are remembered by nobody. */
const maxKept = 10_000;
/** How long rows of a store that others share are held; nobody else can have those of a memory. */
const sharedLeaseMs = 60_000;
const firstRetryMs = 500;
const lastRetryMs = 30_000;

interface Pending {
  readonly accepted: readonly Accepted[];
  readonly outcomes: readonly Outcome[];
}

const rows = ({ accepted, outcomes }: Pending): number => accepted.length + outcomes.length;

/**
 * Writes what is taken, and what came of it, to the store in groups, in order. A group that fails is
 * kept and tried again before any later one; meanwhile events go on in memory.
 */
export class Journal {
  readonly #options: JournalOptions;
  #store: EventStore;
  #opened: MaybePromise<void> | undefined;
  #outcomes: Outcome[] = [];
  #kept: Pending[] = [];
  #keptRows = 0;
  #writing: Promise<void> | undefined;
  #retryMs = firstRetryMs;
  #retry: Timer | undefined;
  #failing = false;
  #committed = 0;
  #memoryOnly = 0;

  constructor(store: EventStore, options: JournalOptions) {
    this.#store = store;
    this.#options = options;
  }

  get store(): EventStore {
    return this.#store;
  }

  /** How long an accepted or claimed row is leased to this process. */
  get leaseMs(): number {
    return this.#store.durable ? sharedLeaseMs : Number.POSITIVE_INFINITY;
  }

  get failing(): boolean {
    return this.#failing;
  }

  /** Rows that wait to be written. */
  get uncommitted(): number {
    return this.#keptRows + this.#outcomes.length;
  }

  /** Events that a durable store holds, and those that only this process remembers. */
  get counts(): { readonly committed: number; readonly memoryOnly: number } {
    return { committed: this.#committed, memoryOnly: this.#memoryOnly };
  }

  /** Opens the store once. A failure is reported, and tried again with the next write. */
  open(instance: string): MaybePromise<void> {
    if (this.#opened !== undefined) return this.#opened;
    const failed = (cause: unknown): void => {
      this.#opened = undefined;
      this.#fail(cause);
    };
    try {
      const opening = this.#store.open(instance);
      this.#opened = opening instanceof Promise ? opening.catch(failed) : undefined;
      return this.#opened;
    } catch (cause) {
      failed(cause);
    }
  }

  /** Moves to another store, which first gets what the old one remembers. */
  adopt(store: EventStore, instance: string, remembered: Pending): MaybePromise<void> {
    this.#store = store;
    this.#opened = undefined;
    this.#outcomes = [...remembered.outcomes, ...this.#outcomes];
    const opening = this.open(instance);
    const written = this.write(remembered.accepted);
    return opening instanceof Promise ? opening.then(() => written) : written;
  }

  /** Takes note of an outcome; it is written with the next group. */
  settle(outcome: Outcome): void {
    this.#outcomes.push(outcome);
  }

  /** Writes these and all outcomes so far. Resolves when they are committed, or kept for a later try. */
  write(accepted: readonly Accepted[]): MaybePromise<void> {
    if (accepted.length > 0 || this.#outcomes.length > 0) {
      const group = { accepted, outcomes: this.#outcomes };
      this.#outcomes = [];
      if (this.#kept.length === 0 && this.#writing === undefined && this.#opened === undefined) {
        const done = this.#commit(group);
        if (done instanceof Promise) return this.#track(done);
        return;
      }
      this.#keep(group);
    }
    if (this.#writing !== undefined) return this.#writing.then(() => this.#drain());
    return this.#drain();
  }

  /** Closes the store. Never rejects. */
  async close(): Promise<void> {
    this.#retry?.cancel();
    try {
      await this.#store.close();
    } catch (cause) {
      const message = "The store could not be closed.";
      this.#options.report({ code: "close-failed", receiver: null, message, cause });
    }
  }

  /** Writes the kept groups in order until one fails; at most one write is under way. */
  #drain(): MaybePromise<void> {
    if (this.#writing !== undefined || this.#kept.length === 0) return this.#writing;
    if (this.#failing && this.#retry !== undefined) return;
    return this.#track(this.#drainKept());
  }

  async #drainKept(): Promise<void> {
    await this.#opened;
    for (let group = this.#kept[0]; group !== undefined; group = this.#kept[0]) {
      const before = this.#keptRows;
      this.#kept.shift();
      this.#keptRows -= rows(group);
      await this.#commit(group);
      if (this.#failing && this.#keptRows >= before) return;
    }
  }

  #track(work: Promise<void>): Promise<void> {
    this.#writing = work.finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  #commit(group: Pending): MaybePromise<void> {
    const done = (): void => {
      if (this.#store.durable) this.#committed += group.accepted.length;
      else this.#memoryOnly += group.accepted.length;
      this.#failing = false;
      this.#retryMs = firstRetryMs;
    };
    const failed = (cause: unknown): void => {
      this.#kept.unshift(group);
      this.#keptRows += rows(group);
      this.#fail(cause);
    };
    try {
      const now = this.#options.clock.now();
      const written = this.#store.commit({ now, leaseMs: this.leaseMs, ...group });
      if (written instanceof Promise) return written.then(done, failed);
      done();
    } catch (cause) {
      failed(cause);
    }
  }

  #keep(group: Pending): void {
    this.#kept.push(group);
    this.#keptRows += rows(group);
    while (this.#keptRows > maxKept && this.#kept.length > 1) {
      const forgotten = this.#kept.shift();
      if (forgotten === undefined) return;
      this.#keptRows -= rows(forgotten);
      this.#memoryOnly += forgotten.accepted.length;
    }
  }

  #fail(cause: unknown): void {
    this.#failing = true;
    this.#options.report({
      code: "store-failed",
      receiver: null,
      message: "The store could not be written. Events go on in memory, and it is tried again.",
      cause,
    });
    this.#retry?.cancel();
    this.#retry = this.#options.clock.setTimer(this.#retryMs, () => {
      this.#retry = undefined;
      void this.#drain();
    });
    this.#retryMs = Math.min(lastRetryMs, this.#retryMs * 2);
  }
}
