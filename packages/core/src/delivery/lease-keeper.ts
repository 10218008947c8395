import type { Timer } from "../clock.ts";
import { levels } from "../event.ts";
import type { Problem } from "../signals.ts";
import type { Claimed, Lease } from "../store/store.ts";
import { Leases, type LeasesHost } from "./leases.ts";
import type { Receiver } from "./receiver.ts";
import { tornFrom } from "./restore.ts";
import { storeAnswerMs, storeRetryMs } from "./retry.ts";
import { claimFailed } from "./store-problems.ts";

export interface LeaseKeeperHost extends LeasesHost {
  readonly closed: () => boolean;
  readonly report: (problem: Problem) => void;
}

/** What is claimed at once: little enough not to block the loop. */
const pageEvents = 256;
const pageBytes = 2 ** 20;
/** How often leases are renewed, and looked for what other processes left: a third of a lease. */
const roundMs = 5_000;

/** A row that is none must not keep the others, or end the process. */
const isReadable = ({ event }: Claimed): boolean =>
  typeof event?.id === "string" && levels.includes(event.level);

/**
 * Who has what the store holds open: pages in what is nobody's, oldest first, as a receiver has room;
 * keeps the leases of what is in hand; gives back what does not fit.
 */
export class LeaseKeeper {
  readonly #host: LeaseKeeperHost;
  readonly #paging = new Map<Receiver, Promise<void>>();
  /** Why those died that are to be tried again, by receiver and event id. */
  readonly #revived = new WeakMap<Receiver, Map<string, string>>();
  #givingBack: Promise<void> = Promise.resolve();
  #round: Timer | undefined;
  readonly #leases: Leases;

  constructor(host: LeaseKeeperHost) {
    this.#host = host;
    this.#leases = new Leases(host);
    host.dispatcher.onTurn(() => this.#look());
  }

  /** false after a stop longer than a lease, until the store has said what is still ours. */
  get holdsLeases(): boolean {
    return this.#leases.hold;
  }

  /**
   * Has a receiver go on with what the store holds open for its name and nobody has in hand. Waits
   * for the store to open; one that fails is asked again until there is nobody to ask for. Never rejects.
   *
   * @param reasons - Why those died that are to be tried again, by event id.
   */
  takeOver(receiver: Receiver, reasons: ReadonlyMap<string, string> = new Map()): Promise<void> {
    const { ledger, backlog } = receiver.pipeline;
    const revived = this.#revived.get(receiver) ?? new Map<string, string>();
    const isPending = this.#host.journal.store.durable && !this.#gone(receiver);
    for (const [id, reason] of reasons) {
      if (isPending) {
        // Until there is room it waits in the store as what was put there.
        ledger.revive(reason);
        backlog.stored.add(id);
      } else revived.set(id, reason);
    }
    this.#revived.set(receiver, revived);
    backlog.stored.more = true;
    if (this.#host.journal.store.durable && this.#round === undefined) this.#armRound();
    return this.#pageIn(receiver);
  }

  /** Lets others have at once what this process has not settled, once its ends are written. Never rejects. */
  async releaseAll(): Promise<void> {
    this.#round?.cancel();
    await this.#releaseFor(this.#host.receivers, true);
  }

  /** Lets whoever has the name next go on at once with what this receiver has left. Never rejects. */
  releaseFor(receiver: Receiver): Promise<void> {
    return this.#releaseFor([receiver], false);
  }

  async #releaseFor(receivers: readonly Receiver[], ifWritten: boolean): Promise<void> {
    const { journal } = this.#host;
    if (!journal.store.durable || !journal.isOpen) return;
    // What is being handed out at this moment is given back as it comes.
    const paging = receivers.map((one) => this.#paging.get(one));
    await journal.write([]);
    if (!ifWritten || journal.uncommitted === 0)
      for (const some of this.#leases.of(receivers)) await this.#leases.release(some);
    await Promise.all(paging);
  }

  #armRound(): void {
    const { clock, receivers } = this.#host;
    this.#round = clock.setTimer(roundMs, () => {
      this.#armRound();
      void this.#leases.renew();
      for (const { pipeline } of receivers) pipeline.backlog.stored.more = true;
      this.#look();
    });
  }

  /** After every turn: somebody may have put something back, or have room again. */
  #look(): void {
    for (const receiver of this.#host.receivers) {
      const { stored } = receiver.pipeline.backlog;
      const leases = stored.takeLeases();
      if (leases.length > 0) this.#giveBack(receiver, leases);
      if (stored.more) void this.#pageIn(receiver);
    }
  }

  #giveBack({ pipeline: { backlog } }: Receiver, leases: readonly Lease[]): void {
    const { clock, journal } = this.#host;
    this.#givingBack = this.#givingBack.then(async () => {
      const released = await this.#leases.release(leases);
      backlog.stored.released(leases.length);
      if (!released) backlog.stored.leasedUntil = clock.monotonic() + journal.leaseMs;
    });
  }

  #pageIn(receiver: Receiver): Promise<void> {
    const { backlog, settings } = receiver.pipeline;
    const going = this.#paging.get(receiver);
    if (going !== undefined) return going;
    // A durable store keeps no callback's rows.
    if (settings.once && this.#host.journal.store.durable) backlog.stored.more = false;
    if (!backlog.stored.more || backlog.room.events === 0) return Promise.resolve();
    const paging = this.#pages(receiver).finally(() => {
      this.#paging.delete(receiver);
      // What came in may have gone again before anybody could ask for more.
      if (!this.#gone(receiver)) void this.#pageIn(receiver);
    });
    this.#paging.set(receiver, paging);
    return paging;
  }

  async #pages(receiver: Receiver): Promise<void> {
    const { backlog } = receiver.pipeline;
    const { stored } = backlog;
    const { clock } = this.#host;
    /** Members of batches of which more may come with the next page. */
    let torn: readonly Claimed[] = [];
    let tornAt = 0;
    while (stored.more && backlog.room.events > 0 && !this.#gone(receiver)) {
      await this.#givingBack;
      // What is put there from now on this claim may not see.
      const there = stored.claimable;
      stored.more = false;
      stored.asking = true;
      const claimed = await this.#claim(receiver);
      stored.asking = false;
      // Nobody has renewed their leases meanwhile, and others may have them.
      if (clock.monotonic() - tornAt > roundMs) torn = [];
      if (claimed === undefined) {
        stored.more = true;
        break;
      }
      const rows = [...torn, ...claimed];
      if (this.#gone(receiver)) {
        torn = rows;
        break;
      }
      torn = claimed.length > 0 && rows.length <= 2 * pageEvents ? tornFrom(rows) : [];
      tornAt = clock.monotonic();
      const waiting = new Set(torn);
      this.#enter(
        receiver,
        rows.filter((row) => !waiting.has(row)),
      );
      if (claimed.length > 0) stored.more = true;
      else this.#missed(receiver, there - rows.length);
    }
    if (!this.#gone(receiver)) this.#enter(receiver, torn);
    else if (torn.length > 0) await this.#leases.release(torn);
  }

  #enter(receiver: Receiver, claimed: readonly Claimed[]): void {
    const { pipeline } = receiver;
    const { durable } = this.#host.journal.store;
    const revived = this.#revived.get(receiver);
    const news = pipeline.storeLink.renewed(claimed);
    const ours = new Set<string>();
    for (const { event_id } of news) {
      const reason = revived?.get(event_id);
      revived?.delete(event_id);
      const isBack = reason === undefined && pipeline.backlog.stored.took(event_id);
      if (!isBack) pipeline.ledger.revive(reason ?? "");
      if (isBack || reason !== undefined || !durable) ours.add(event_id);
    }
    pipeline.storeLink.restore(news, ours);
    this.#host.dispatcher.ready(pipeline);
  }

  /** Others have taken what this process put there. */
  #missed({ pipeline }: Receiver, there: number): void {
    const { stored } = pipeline.backlog;
    if (this.#host.clock.monotonic() < stored.leasedUntil) return;
    for (let left = stored.lost(there); left > 0; left -= 1) pipeline.ledger.settle("moved");
  }

  /** Undefined when there is no room by now. */
  async #claim(receiver: Receiver): Promise<readonly Claimed[] | undefined> {
    const { journal, clock, report } = this.#host;
    for (let failures = 1; ; failures += 1) {
      if (!journal.isOpen) await journal.opened();
      // What was delivered, and is not written yet, would be handed out again.
      await journal.written();
      if (this.#gone(receiver)) return [];
      const { events, bytes } = receiver.pipeline.backlog.room;
      if (events === 0) return undefined;
      const bounds = { limit: Math.min(pageEvents, events), maxBytes: Math.min(pageBytes, bytes) };
      const { leaseMs } = journal;
      try {
        await this.#leases.keep();
        const now = clock.now();
        const asking = (async () =>
          journal.store.claim({ receiver: receiver.name, ...bounds, leaseMs, now }))();
        const claimed = await this.#host.waits.answered(asking, storeAnswerMs);
        // The process was stopped meanwhile: others may have them.
        if (clock.now() - now > storeAnswerMs) continue;
        if (!Array.isArray(claimed)) throw new TypeError("The store's claim() answered no list.");
        return claimed.filter(isReadable);
      } catch (cause) {
        if (this.#gone(receiver)) return [];
        if (failures === 1) report(claimFailed(receiver.name, cause));
        await this.#host.waits.sleep(storeRetryMs(failures));
      }
    }
  }

  /** One that leaves gets from the store only what it put there itself. */
  #gone({ leftAt, pipeline }: Receiver): boolean {
    const leaves = this.#host.closed() || leftAt < Number.POSITIVE_INFINITY;
    return pipeline.isAbandoned || (leaves && pipeline.backlog.stored.events === 0);
  }
}
