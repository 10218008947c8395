import { AsyncResource } from "node:async_hooks";
import { type Clock, nextTurn } from "../clock.ts";
import { passes } from "../filter.ts";
import type { MonitorSignal, Problem } from "../signals.ts";
import type { Accepted } from "../store/store.ts";
import { Fifo } from "./fifo.ts";
import type { Journal } from "./journal.ts";
import { groupBytes, groupEvents } from "./pending-writes.ts";
import type { Pipeline } from "./pipeline.ts";
import { concerns, type Receiver, wants } from "./receiver.ts";
import type { Taken } from "./taken.ts";

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Live: who is registered now. */
  readonly receivers: readonly Receiver[];
  readonly observed: () => boolean;
  readonly signal: (signal: MonitorSignal) => void;
  readonly report: (problem: Problem) => void;
  /** What may wait between emit and the next turn. Asked whenever needed. */
  readonly turn: () => TurnLimits;
}

export interface TurnLimits {
  readonly maxEvents: number;
  /** Of heap. */
  readonly maxBytes: number;
}

/** Who gets an event, and the names of those whose deliveries the store keeps: a durable one keeps no callback's. */
interface Audience {
  readonly receivers: readonly Receiver[];
  readonly remembered: readonly string[];
  readonly durable: boolean;
}

/** So few are handed over at once that what must make room for them is still young, and cheap to collect, when all has been told of it. */
const shareEvents = 64;

/** Events in a row that have one audience. */
interface Share {
  readonly audience: Audience;
  readonly events: Taken[];
}

/** Its `then` is a microtask at a third of what `queueMicrotask` costs a process that idles between events. */
const soon = Promise.resolve();

/** Whoever emitted happens to open the turn, in which the events of others are delivered too: none is in its AsyncLocalStorage context. */
const outside = new AsyncResource("datasync-monitor");

/** What one pass of the event loop may do before others have their turn. */
const turnSends = 64;
const turnMs = 5;

/**
 * Brings what was taken to the pipelines, and gives the pipelines their turns: in a microtask after
 * emit, and for at most 64 sends or 5 ms in one pass of the event loop.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #intake = new Fifo<Taken>();
  #intakeBytes = 0;
  /** Taken from the intake, and not handed to their receivers yet: filters are asked, then the store. */
  #committing: readonly Taken[] | undefined;
  readonly #ready = new Set<Pipeline>();
  #lastAudience: Audience = {
    receivers: [],
    remembered: [],
    durable: false,
  };
  readonly #quiet = new Set<() => void>();
  readonly #run: () => void = outside.bind(() => this.#turn());
  #scheduled = false;
  #passArmed = false;
  #sendsLeft = turnSends;
  #passEndsAt = Number.POSITIVE_INFINITY;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Takes an event for the next turn; false when there is no room. Runs nobody's code. */
  take(taken: Taken): boolean {
    const { maxEvents, maxBytes } = this.#options.turn();
    if (this.#intake.length >= maxEvents || this.#intakeBytes + taken.bytes > maxBytes)
      return false;
    this.#intake.push(taken);
    this.#intakeBytes += taken.bytes;
    if (!this.#scheduled) this.#request();
    return true;
  }

  ready(pipeline: Pipeline): void {
    this.#ready.add(pipeline);
    if (!this.#scheduled) this.#request();
  }

  /** Events that have not reached this receiver's filter yet. */
  undecided(receiver: Receiver): number {
    let count = 0;
    for (const taken of this.#intake) if (concerns(receiver, taken)) count += 1;
    return count;
  }

  /** Events emitted no later than `seq` that have not reached their pipelines. */
  unmatchedUpTo(seq: number): number {
    let count = 0;
    for (const taken of this.#intake) if (taken.seq <= seq) count += 1;
    for (const { seq: order } of this.#committing ?? []) if (order <= seq) count += 1;
    return count;
  }

  /** Whether `unmatchedUpTo` would count any. */
  holdsUpTo(seq: number): boolean {
    const isEarly = (taken: Taken | undefined): boolean => (taken?.seq ?? seq + 1) <= seq;
    return isEarly(this.#intake.peek()) || isEarly(this.#committing?.[0]);
  }

  /** Whether there is work that needs no waiting. */
  get busy(): boolean {
    return this.#scheduled || this.#intake.length > 0 || this.#committing !== undefined;
  }

  /** Calls back after every turn until told to stop. */
  onTurn(listener: () => void): () => void {
    this.#quiet.add(listener);
    return () => this.#quiet.delete(listener);
  }

  #request(): void {
    this.#scheduled = true;
    if (this.#spent()) return; // the armed pass goes on with it
    void soon.then(this.#run);
  }

  #spent(): boolean {
    return (
      this.#passArmed &&
      (this.#sendsLeft <= 0 || this.#options.clock.monotonic() > this.#passEndsAt)
    );
  }

  #turn(): void {
    this.#scheduled = false;
    if (!this.#passArmed) this.#armPass();
    let more = true;
    while (more && !this.#spent()) more = this.#work();
    if (more) this.#scheduled = true;
    for (const listener of [...this.#quiet]) listener();
  }

  #armPass(): void {
    this.#passArmed = true;
    this.#sendsLeft = turnSends;
    this.#passEndsAt = this.#options.clock.monotonic() + turnMs;
    nextTurn(() => {
      this.#passArmed = false;
      if (this.#scheduled) this.#turn();
      // Not at every turn: what is accepted in this pass, and what came of it, may share a write.
      this.#options.journal.write([]);
    });
  }

  /** One group from the intake, and one send a pipeline while the pass allows it; answers whether there may be more at once. */
  #work(): boolean {
    if (this.#intake.length > 0 && this.#committing === undefined) this.#decide();
    let sent = 0;
    for (const pipeline of this.#ready) {
      // Not before every send: to ask the clock takes a tenth of what a quick one does.
      if (sent > 0 && this.#sendsLeft % 8 === 0 && this.#spent()) {
        this.#toTheEnd(sent);
        break;
      }
      if (pipeline.pump()) {
        sent += 1;
        this.#sendsLeft -= 1;
      } else this.#ready.delete(pipeline);
    }
    return this.#ready.size > 0 || (this.#intake.length > 0 && this.#committing === undefined);
  }

  /** Whose turn has not come goes before the first so many in the next pass. */
  #toTheEnd(count: number): void {
    let left = count;
    for (const pipeline of this.#ready) {
      if (left === 0) return;
      left -= 1;
      this.#ready.delete(pipeline);
      this.#ready.add(pipeline);
    }
  }

  #decide(): void {
    const { journal, clock, observed, signal } = this.#options;
    const since = clock.monotonic();
    const leasedAt = clock.now();
    const group: Taken[] = [];
    const accepted: Accepted[] = [];
    const shares: Share[] = [];
    let bytes = 0;
    // Before any code of the user's: a filter or an observer may ask what is still to be waited for.
    this.#committing = group;
    while (group.length < groupEvents && bytes < groupBytes) {
      const taken = this.#intake.shift();
      if (taken === undefined) break;
      this.#intakeBytes -= taken.bytes;
      bytes += taken.bytes;
      taken.since = since;
      const audience = this.#match(taken);
      group.push(taken);
      const share = shares.at(-1);
      if (share?.audience === audience && share.events.length < shareEvents)
        share.events.push(taken);
      else shares.push({ audience, events: [taken] });
      accepted.push({
        event: taken.event,
        receivers: audience.remembered,
        bytes: taken.bytes,
      });
    }
    const written = journal.write(accepted, bytes);
    if (observed()) for (const { event } of group) signal({ kind: "taken", event });
    if (written === undefined) {
      this.#hand(shares, false);
      return;
    }
    void written.then(() => {
      // Wall time: a process that was stopped sees that it was.
      this.#hand(shares, clock.now() - leasedAt > journal.leaseMs / 2);
      this.#request();
    });
  }

  #hand(shares: readonly Share[], isLate: boolean): void {
    for (const { audience, events } of shares) {
      for (const { pipeline } of audience.receivers) {
        pipeline.offer(events, isLate);
        this.#ready.add(pipeline);
      }
    }
    this.#committing = undefined;
  }

  /** Most events go where the last one went: one audience serves them all, and no list is made. */
  #match(taken: Taken): Audience {
    const last = this.#lastAudience.receivers;
    let alike = 0;
    let others: Receiver[] | undefined;
    for (const receiver of this.#options.receivers) {
      if (!concerns(receiver, taken)) continue;
      const { pipeline } = receiver;
      if (wants(receiver, taken) && (taken.only !== null || this.#passes(receiver, taken))) {
        pipeline.admit();
        if (others !== undefined) others.push(receiver);
        else if (last[alike] === receiver) alike += 1;
        else others = [...last.slice(0, alike), receiver];
      } else {
        pipeline.ledger.taken += 1;
        pipeline.ledger.filtered += 1;
      }
    }
    return this.#audience(others ?? (alike === last.length ? last : last.slice(0, alike)));
  }

  #audience(receivers: readonly Receiver[]): Audience {
    const { durable } = this.#options.journal.store;
    const last = this.#lastAudience;
    if (receivers === last.receivers && durable === last.durable) return last;
    const kept = receivers.filter(({ pipeline }) => !(durable && pipeline.settings.once));
    this.#lastAudience = { receivers, remembered: kept.map(({ name }) => name), durable };
    return this.#lastAudience;
  }

  #passes({ filter: { where }, name }: Receiver, { event }: Taken): boolean {
    if (where === undefined) return true;
    return passes(where, event, (how, cause) => {
      const message = `Its \`where\` ${how}: the event was let through.`;
      this.#options.report({ code: "filter-threw", receiver: name, message, cause });
    });
  }
}
