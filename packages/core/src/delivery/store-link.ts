import type { ReceiverSettings } from "../receiver-settings.ts";
import { firstFence } from "../store/entry.ts";
import type { Claimed, Lease } from "../store/store.ts";
import type { Backlog } from "./backlog.ts";
import type { Batch, Lost } from "./batch.ts";
import type { Journal } from "./journal.ts";
import type { Recorder } from "./recorder.ts";
import { type RestoreOptions, restored } from "./restore.ts";
import type { Taken } from "./taken.ts";

export interface StoreLinkParts {
  readonly settings: ReceiverSettings;
  /** How many events the notifier can take at once. */
  readonly maxBatchSize: number;
  readonly backlog: Backlog;
  readonly recorder: Recorder;
  readonly journal: Journal;
  readonly clock: RestoreOptions["clock"];
  readonly nextId: RestoreOptions["nextId"];
  /** Nothing is sent to the destination before that moment. */
  readonly pause: (until: number) => void;
}

/** What one receiver has to do with the store: what it takes in hand, puts there, and answers for by a lease. */
export class StoreLink {
  readonly #parts: StoreLinkParts;
  /** In flight when the store said that others have them. */
  readonly #gone = new Set<string>();

  constructor(parts: StoreLinkParts) {
    this.#parts = parts;
  }

  /** Queues events; what makes room for them stays in the store if that has got it, and is lost else. */
  take(all: readonly Taken[], isLate: boolean): void {
    const { backlog, recorder, journal } = this.#parts;
    const forgotten: Taken[] = [];
    for (const taken of all) {
      const isStored = this.isStored(taken);
      if (isLate && isStored && journal.awaits(taken.event) !== true) {
        // Its lease may have run out before anything was heard of its commit: the store says whose it is.
        backlog.stored.put(taken, recorder.release(taken));
      } else if (isStored && !journal.failing) {
        for (const left of backlog.place(taken)) this.#displace(left, forgotten);
      } else {
        // A store that fails may not have got it yet.
        this.#makeRoom(taken, forgotten);
      }
    }
    if (forgotten.length > 0) recorder.overflowed(forgotten);
  }

  /** Of open deliveries that the store handed out those that are not in hand; with the others it goes on under the new lease. */
  renewed(claimed: readonly Claimed[]): readonly Claimed[] {
    const { backlog, recorder } = this.#parts;
    const held = new Set([...backlog].map(({ event }) => event.id));
    for (const lease of claimed) {
      if (!held.has(lease.event_id)) continue;
      recorder.renew(lease);
      this.#gone.delete(lease.event_id);
    }
    return claimed.filter(({ event_id }) => !held.has(event_id));
  }

  /** Takes these over. `ours`: those that this process had before. */
  restore(claimed: readonly Claimed[], ours: ReadonlySet<string>): void {
    const { backlog, settings, maxBatchSize, clock, nextId, pause } = this.#parts;
    const { maxRetryAfterMs, capMs } = settings.retry;
    const longestWaitMs = Math.max(maxRetryAfterMs, capMs);
    const options = { clock, nextId, ours, capMs, longestWaitMs, maxBatchSize };
    const all = restored(claimed, options);
    backlog.restore(all);
    if (all.restsUntil > clock.monotonic()) pause(all.restsUntil);
  }

  /** The leases of all that is in hand and committed. */
  leases(): readonly Lease[] {
    const { backlog, recorder } = this.#parts;
    return [...backlog].filter(this.#isCommitted, this).map((one) => recorder.lease(one));
  }

  /** Others have these by now: what waits is let go of, and what flies when it has landed. */
  relinquish(eventIds: ReadonlySet<string>): void {
    const { backlog, recorder } = this.#parts;
    recorder.moved(backlog.relinquish(eventIds));
    for (const { event } of backlog) if (eventIds.has(event.id)) this.#gone.add(event.id);
  }

  /** An attempt has ended, and what is to be tried again waits for that. */
  landed({ members }: Batch): void {
    if (this.#gone.size === 0) return;
    const { backlog, recorder } = this.#parts;
    const gone = members.map(({ event }) => event.id).filter((id) => this.#gone.delete(id));
    recorder.moved(backlog.relinquish(new Set(gone)));
  }

  /** What is in hand was written to another store, where nobody has claimed it since. */
  resetFences(): void {
    const { backlog, recorder } = this.#parts;
    for (const taken of backlog) {
      const lease = recorder.lease(taken);
      if (lease.fence !== firstFence) recorder.renew({ ...lease, fence: firstFence });
    }
  }

  /** Nothing is sent any more: a durable store remembers these, or they are dropped for that reason. */
  leaveBehind(all: readonly Lost[], reason: string): void {
    const { backlog, recorder } = this.#parts;
    const forgotten: Lost[] = [];
    for (const one of all) {
      if (this.isStored(one.taken)) backlog.queue.push(one.taken);
      else forgotten.push(one);
    }
    recorder.lost(forgotten, "dropped", reason);
  }

  /** Whether the store is still to get some of what is in hand. */
  get isAwaited(): boolean {
    for (const taken of this.#parts.backlog)
      if (this.isStored(taken) && !this.#isCommitted(taken)) return true;
    return false;
  }

  /** The store has it, or will get it. */
  isStored({ event }: Taken): boolean {
    const { journal, settings } = this.#parts;
    return journal.store.durable && !settings.once && !journal.forgets(event);
  }

  /** The store has got it: if not this process, another delivers it. */
  #isCommitted(taken: Taken): boolean {
    return this.isStored(taken) && !this.#parts.journal.awaits(taken.event);
  }

  #makeRoom(taken: Taken, forgotten: Taken[]): void {
    const { backlog } = this.#parts;
    let victim = backlog.makeRoom(taken);
    for (; victim !== undefined && victim !== taken; victim = backlog.makeRoom(taken))
      this.#displace(victim, forgotten);
    if (victim === undefined) backlog.queue.push(taken);
    else this.#displace(taken, forgotten);
  }

  #displace(taken: Taken, forgotten: Taken[]): void {
    const { backlog, recorder } = this.#parts;
    if (this.#isCommitted(taken)) backlog.stored.put(taken, recorder.release(taken));
    else forgotten.push(taken);
  }
}
