import type { Clock, Timer } from "../clock.ts";
import { ConfigError } from "../errors.ts";
import type { MonitorEvent } from "../event.ts";
import type { Problem } from "../signals.ts";
import type { Accepted, EventStore, Key, MaybePromise, Outcome } from "../store/store.ts";
import { isThenable } from "../thenable.ts";
import { Missed } from "./missed.ts";
import { inGroups, PendingWrites } from "./pending-writes.ts";
import { sharedLeaseMs, storeAnswerMs, storeRetryMs } from "./retry.ts";
import { closeFailed, leasesLost, storeFailed } from "./store-problems.ts";
import { type Waits, within } from "./wait.ts";
import { Waiters } from "./waiters.ts";

export interface JournalOptions {
  readonly clock: Clock;
  readonly waits: Waits;
  readonly report: (problem: Problem) => void;
}

type Written = { readonly stale: readonly Key[] };

/**
 * Opens the store, and writes to it what is taken and what came of it, in groups, in order, one at a
 * time. What comes while a write is under way gathers. A step that fails, or is not answered in time,
 * is tried again before anything later; meanwhile events go on in memory.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #pending = new PendingWrites();
  #store: EventStore;
  #instance = "";
  #isOpen = false;
  /** Why it cannot be opened, where that is for a human to mend. */
  #wrongOption: ConfigError | undefined;
  /** A step is under way: the opening, or the writing of one group. */
  #busy = false;
  #ended = false;
  /** What is written from now on is anybody's. */
  #leaving = false;
  #outcomes: Outcome[] = [];
  #failures = 0;
  #retry: Timer | undefined;
  /** Monotonic milliseconds at which a store that fails is asked again; before now when it does not. */
  dueAt = Number.NEGATIVE_INFINITY;
  /** How often the store has answered again after it had failed. */
  recoveries = 0;
  readonly #waiters = new Waiters();
  #committed = 0;
  #memoryOnly = 0;
  readonly #missed = new Missed();

  constructor(store: EventStore, options: JournalOptions) {
    this.#store = store;
    this.#options = options;
  }

  get store(): EventStore {
    return this.#store;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How long an accepted or claimed row is leased to this process. */
  get leaseMs(): number {
    if (!this.#store.durable) return Number.POSITIVE_INFINITY;
    return this.#leaving ? 0 : sharedLeaseMs;
  }

  /** Whether the store is still to get this event; "asked": it failed over it, and may have got it all the same. */
  awaits(event: MonitorEvent): boolean | "asked" {
    return this.#pending.has(event);
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Rows that are not written, those under way among them. */
  get uncommitted(): number {
    return this.#pending.rows + this.#outcomes.length;
  }

  /** How many rows it has been told of so far. They are written in this order. */
  get known(): number {
    return this.#pending.added + this.#outcomes.length;
  }

  /** Events that a durable store holds, and those that only this process remembers. */
  get counts(): { readonly committed: number; readonly memoryOnly: number } {
    const waiting = this.#pending.accepted.length;
    return { committed: this.#committed, memoryOnly: this.#memoryOnly + waiting };
  }

  /** Whether the store never got this event, and will not. */
  forgets(event: MonitorEvent): boolean {
    return this.#missed.has(event);
  }

  /** How many fates at these receivers a store has not got, of deliveries that it holds: they will be tried again. */
  unsettled(receivers: ReadonlySet<string>): number {
    return this.#pending.unsettled(receivers, this.#outcomes);
  }

  /** Begins to open the store. `opened` tells when it is. */
  open(instance: string): void {
    this.#instance = instance;
    this.#go();
  }

  /** Resolves when the store is open, however often that has to be tried; false when the journal is closed before. */
  opened(): Promise<boolean> {
    return this.#when(() => this.#isOpen, false);
  }

  /** The same, but for a store that no wait opens. @throws ConfigError that says which of its options is wrong. */
  async ready(): Promise<boolean> {
    await this.#when(() => this.#isOpen || this.#wrongOption !== undefined, false);
    if (this.#wrongOption !== undefined) throw this.#wrongOption;
    return this.#isOpen;
  }

  /** Moves from a store that answers at once to another, which first gets what the old one remembers. */
  adopt(
    store: EventStore,
    instance: string,
    { accepted, outcomes }: { accepted: readonly Accepted[]; outcomes: Outcome[] },
  ): void {
    this.#store = store;
    this.#isOpen = false;
    this.#memoryOnly = Math.max(0, this.#memoryOnly - accepted.length);
    for (const { rows, bytes } of inGroups(accepted)) this.#pending.add(rows, bytes, [], true);
    if (outcomes.length > 0) this.#pending.add([], 0, outcomes, true);
    this.open(instance);
  }

  /** Takes note of what came of an event; it is written with the next group, if the store has got the event or will. */
  settle(outcome: Outcome, event: MonitorEvent): void {
    if (!this.#ended && !this.#missed.has(event)) this.#outcomes.push(outcome);
  }

  /**
   * Takes these over, at most one group, and writes them and all outcomes so far. Undefined when that
   * is done, or when the store fails and nobody should wait for it; else resolves when it is
   * committed, or, with false, kept for a later try. Never rejects.
   */
  write(accepted: Accepted[], bytes = 0): Promise<boolean> | undefined {
    if (this.#ended) {
      this.#memoryOnly += accepted.length;
      this.#missed.add(accepted);
      this.#missed.tell(this.#options.report);
      return undefined;
    }
    this.#gather(accepted, bytes);
    this.#go();
    if (this.failing || this.uncommitted === 0) return undefined;
    return this.#until(this.known, true);
  }

  /** Resolves when all events so far are written, and so many rows, by default all that are known, however often that has to be tried; false when the journal is closed before. */
  written(rows = this.known): Promise<boolean> {
    const mark = Math.max(rows, this.#pending.added);
    if (this.#pending.reached < mark) this.#go();
    return this.#until(mark, false);
  }

  /** Writes what it can within the time, trying once more what failed before, and closes the store. Never rejects. */
  async close(deadlineMs: number): Promise<void> {
    const { clock } = this.#options;
    const endsAt = clock.monotonic() + deadlineMs;
    this.#leaving = true;
    if (this.uncommitted > 0) await within(this.#lastDrain(), deadlineMs, clock);
    this.#end();
    const closing = (async () => this.#store.close())().catch((cause: unknown) =>
      this.#options.report(closeFailed(cause)),
    );
    await within(closing, Math.max(0, endsAt - clock.monotonic()), clock);
  }

  async #lastDrain(): Promise<void> {
    const wasBusy = this.#busy;
    // What was under way had begun before; the last attempt is one that begins now.
    if (!(await this.#drainNow()) && wasBusy) await this.#drainNow();
  }

  #drainNow(): Promise<boolean> {
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#go();
    return this.#until(this.known, true);
  }

  #end(): void {
    this.#ended = true;
    this.#retry?.cancel();
    this.#missed.add(this.#pending.accepted);
    this.#missed.tell(this.#options.report);
    this.#tell();
  }

  #gather(accepted: Accepted[], bytes: number): void {
    if (accepted.length === 0 && this.#outcomes.length === 0) return;
    this.#pending.add(accepted, bytes, this.#outcomes);
    this.#outcomes = [];
    if (!this.failing) return;
    const forgotten = this.#pending.forget();
    this.#memoryOnly += forgotten.length;
    this.#missed.add(forgotten);
  }

  /** Step by step, at once while the store answers at once, until all is written or a step fails. */
  #go(): void {
    while (!this.#busy && !this.#ended && this.#retry === undefined) {
      if (this.#isOpen) {
        if (this.#pending.rows === 0) this.#gather([], 0);
        if (this.#pending.rows === 0) return;
      }
      this.#step(this.#isOpen);
    }
  }

  #step(writes: boolean): void {
    this.#busy = true;
    let answer: MaybePromise<Written | void>;
    try {
      answer = writes ? this.#commit() : this.#store.open(this.#instance);
    } catch (cause) {
      this.#failed(writes, cause);
      return;
    }
    if (!isThenable(answer)) {
      this.#succeeded(writes, answer);
      return;
    }
    const told = this.#options.waits.answered(answer, storeAnswerMs).then(
      (said) => this.#succeeded(writes, said),
      (cause: unknown) => this.#failed(writes, cause),
    );
    void told.then(() => this.#go());
  }

  #commit(): MaybePromise<Written | void> {
    const draft = this.#pending.take();
    if (draft === undefined) return;
    const { accepted, outcomes } = draft;
    const now = this.#options.clock.now();
    return this.#store.commit({ now, leaseMs: this.leaseMs, accepted, outcomes });
  }

  #succeeded(wrote: boolean, said: Written | void): void {
    this.#busy = false;
    if (this.#ended) return;
    if (this.#failures > 0) this.recoveries += 1;
    this.#failures = 0;
    this.#wrongOption = undefined;
    const draft = wrote ? this.#pending.done() : undefined;
    if (!wrote) this.#isOpen = true;
    if (draft !== undefined) {
      if (this.#store.durable) this.#committed += draft.accepted.length;
      else this.#memoryOnly += draft.accepted.length;
    }
    if (said && said.stale?.length > 0) this.#options.report(leasesLost(said.stale.length));
    this.#missed.tell(this.#options.report);
    this.#tell();
  }

  #failed(wrote: boolean, cause: unknown): void {
    this.#busy = false;
    if (this.#ended) return;
    if (wrote) this.#pending.back();
    this.#failures += 1;
    const { clock } = this.#options;
    const waitMs = storeRetryMs(this.#failures);
    this.dueAt = clock.monotonic() + waitMs;
    this.#retry = clock.setTimer(waitMs, () => {
      this.#retry = undefined;
      this.#go();
    });
    if (!wrote && ConfigError.is(cause)) this.#wrongOption = cause;
    this.#options.report(storeFailed(wrote ? "written" : "opened", cause));
    this.#tell();
  }

  #until(rows: number, impatient: boolean): Promise<boolean> {
    return this.#when(() => this.#pending.reached >= rows, impatient);
  }

  #when(met: () => boolean, impatient: boolean): Promise<boolean> {
    const waiting = this.#waiters.until(met, impatient);
    this.#tell();
    return waiting;
  }

  #tell(): void {
    this.#waiters.tell({ over: this.#ended, failed: this.#retry !== undefined });
  }
}
