import type { Clock } from "../clock.ts";
import type { Key, Lease } from "../store/store.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Journal } from "./journal.ts";
import type { Receiver } from "./receiver.ts";
import { storeAnswerMs } from "./retry.ts";
import type { Waits } from "./wait.ts";

export interface LeasesHost {
  readonly clock: Clock;
  readonly waits: Waits;
  readonly journal: Journal;
  readonly dispatcher: Dispatcher;
  /** Live: who is registered now. */
  readonly receivers: readonly Receiver[];
}

const leasesAtOnce = 1_000;

/** What is in hand, and whose it is. Wall time, for a process that was stopped sees by it that it was. */
export class Leases {
  readonly #host: LeasesHost;
  #renewal: Promise<boolean> | undefined;
  /** When the store was last asked what is ours, and has said it or failed to. */
  #heardAt: number;
  /** When it was last asked so, and has extended the leases. */
  #renewedAt: number;
  /** How often the store had recovered by then. */
  #recoveries = 0;

  constructor(host: LeasesHost) {
    this.#host = host;
    this.#heardAt = host.clock.now();
    this.#renewedAt = this.#heardAt;
  }

  /**
   * false after a stop longer than a lease, or when the store answers again, until it has said what is still
   * ours: it may have had what it gave no answer for, and others may have claimed that since.
   */
  get hold(): boolean {
    const { clock, journal } = this.#host;
    // Of a store that cannot be opened nobody has anything.
    if (!journal.store.durable || !journal.isOpen) return true;
    const isRecent = clock.now() - this.#heardAt <= journal.leaseMs;
    if (isRecent && this.#recoveries === journal.recoveries) return true;
    void this.renew();
    return false;
  }

  /** Sees to it that none runs out while the store is asked for more: it would hand out again what is in hand. @throws Error */
  async keep(): Promise<void> {
    const { clock, journal } = this.#host;
    if (clock.now() - this.#renewedAt <= journal.leaseMs / 2 || (await this.renew())) return;
    throw new Error("The leases of what is in hand could not be renewed.");
  }

  /** Says that what is in hand is still ours; lets go of what is another's. Answers whether the store has heard it. Never rejects. */
  renew(): Promise<boolean> {
    this.#renewal ??= Promise.resolve().then(() => this.#renewAll());
    return this.#renewal;
  }

  /** Gives these back. Those that could not be given back run out by themselves, and the answer is false. */
  async release(leases: readonly Lease[]): Promise<boolean> {
    const { clock, journal, waits } = this.#host;
    try {
      const releasing = (async () => journal.store.renew(leases, 0, clock.now()))();
      await waits.answered(releasing, storeAnswerMs);
      return true;
    } catch {
      return false;
    }
  }

  /** Of all that is in hand and committed, in groups. */
  *of(receivers: readonly Receiver[]): Generator<readonly Lease[]> {
    const leases = receivers.flatMap(({ pipeline }) => pipeline.storeLink.leases());
    for (let from = 0; from < leases.length; from += leasesAtOnce)
      yield leases.slice(from, from + leasesAtOnce);
  }

  async #renewAll(): Promise<boolean> {
    const { clock, journal, waits, receivers, dispatcher } = this.#host;
    // Not when it answers: the process may have been stopped between.
    const askedAt = clock.now();
    const { recoveries } = journal;
    try {
      if (!journal.isOpen) return false;
      // What one that is gone has left is given back: whoever has its name next claims it.
      for (const some of this.of(receivers.filter(({ pipeline }) => !pipeline.isAbandoned))) {
        const now = clock.now();
        const asking = (async () => journal.store.renew(some, journal.leaseMs, now))();
        this.#relinquish((await waits.answered(asking, storeAnswerMs)).lost);
      }
      this.#renewedAt = askedAt;
      return true;
    } catch {
      // The store fails, which the journal reports. Whether others have it now nobody can say: it goes on.
      return false;
    } finally {
      this.#renewal = undefined;
      this.#heardAt = askedAt;
      this.#recoveries = recoveries;
      for (const { pipeline } of receivers) dispatcher.ready(pipeline);
    }
  }

  #relinquish(lost: readonly Key[]): void {
    for (const { name, pipeline } of lost.length > 0 ? this.#host.receivers : []) {
      const own = lost.filter(({ receiver }) => receiver === name);
      if (own.length > 0)
        pipeline.storeLink.relinquish(new Set(own.map(({ event_id }) => event_id)));
    }
  }
}
