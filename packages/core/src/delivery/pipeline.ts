import type { Timer } from "../clock.ts";
import type { Random } from "../id.ts";
import type { Notifier } from "../notifier.ts";
import type { ReceiverSettings } from "../receiver-settings.ts";
import type { AttemptEnd, Flight } from "./attempt.ts";
import { Backlog } from "./backlog.ts";
import type { Batch, Lost } from "./batch.ts";
import { type DestinationUse, useDestination } from "./destination.ts";
import type { Failure } from "./failure.ts";
import { Flights } from "./flights.ts";
import type { ReceiverLedger } from "./ledger.ts";
import { answeredBy, isFatal, onlyOnce, type Reaction, react } from "./reaction.ts";
import { Recorder, type RecorderHost } from "./recorder.ts";
import { defaultMaxAgeMs } from "./retry.ts";
import { StoreLink } from "./store-link.ts";
import type { Mark, Taken } from "./taken.ts";

/** What a pipeline needs of the monitor around it. */
export interface PipelineHost extends RecorderHost {
  readonly random: Random;
  readonly nextId: () => string;
  /** Asks for a turn: there may be something to send. */
  readonly ready: (pipeline: Pipeline) => void;
  /** false: what is in hand may be another's by now. It is asked for again when that is known. */
  readonly holdsLeases: () => boolean;
}

/** How long after its abort a send may still say how it ended. */
const graceMs = 250;

/**
 * One receiver's way from the queue to a fate: backlog ▸ limits and breaker ▸ one attempt under a
 * deadline ▸ what the answer asks for. The only assembly of these parts.
 */
export class Pipeline {
  readonly notifier: Notifier;
  readonly settings: ReceiverSettings;
  readonly backlog: Backlog;
  readonly storeLink: StoreLink;
  readonly #host: PipelineHost;
  readonly #recorder: Recorder;
  /** The destination it may share with others; `leave` it when nothing is sent any more. */
  readonly use: DestinationUse;
  /** Attempts within their deadline, and sends beyond it. */
  readonly activity: Flights;
  /** Matched, and not yet committed. */
  #admitted = 0;
  #timer: Timer | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #closedFor: string | null = null;

  constructor(notifier: Notifier, settings: ReceiverSettings, host: PipelineHost) {
    const { queue, batch, breaker, rateLimits } = settings;
    const { clock, random, nextId } = host;
    this.notifier = notifier;
    this.settings = settings;
    this.backlog = new Backlog({ queue, batch, nextId });
    this.#host = host;
    this.#recorder = new Recorder(settings, host);
    this.storeLink = new StoreLink({
      settings,
      maxBatchSize: notifier.maxBatchSize ?? 1,
      backlog: this.backlog,
      recorder: this.#recorder,
      journal: host.journal,
      clock,
      nextId,
      pause: (until) => this.use.destination.pause(until),
    });
    this.activity = new Flights({
      clock,
      notifier,
      timeoutMs: settings.timeoutMs,
      graceMs: settings.once ? 0 : graceMs,
      onLanded: (flight, end) => this.#ended(flight, end),
      onOverdue: (succeeded) => {
        if (succeeded) this.ledger.lateSuccesses += 1;
        host.ready(this);
      },
      onBlocked: (heldMs) => this.#recorder.blocked(heldMs),
    });
    this.use = useDestination(
      notifier.destinationKey,
      { clock, random, breaker, limits: rateLimits },
      (recovered) => {
        if (recovered) this.backlog.hurry();
        host.ready(this);
      },
    );
  }

  get name(): string {
    return this.settings.name;
  }

  get ledger(): ReceiverLedger {
    return this.#recorder.ledger;
  }

  /** Counted from what waits, in hand or in the store, and what flies. */
  get pending(): number {
    return this.#admitted + this.backlog.events + this.backlog.stored.events;
  }

  /** Monotonic milliseconds at which something is due: at once while an attempt is under way. */
  get dueAt(): number {
    const isComing = this.backlog.isComing && !this.#host.journal.failing;
    if (this.activity.inFlight > 0 || isComing) return Number.NEGATIVE_INFINITY;
    // It waits for the store, or for the end of another receiver's attempt at the destination they share.
    const isFree = (): boolean =>
      this.#host.holdsLeases() &&
      this.use.destination.freeAt(this.#host.clock.monotonic()) < Number.POSITIVE_INFINITY;
    return this.pending === 0 || isFree() ? this.#wakeAt : Number.NEGATIVE_INFINITY;
  }

  /** Whether the store is still to get some of what is pending. */
  get awaitsStore(): boolean {
    return this.#admitted > 0 || this.storeLink.isAwaited;
  }

  /** Nothing is sent any more. */
  get isAbandoned(): boolean {
    return this.#closedFor !== null;
  }

  /** Takes responsibility for an event that its filter wants; `offer` follows once it is committed. */
  admit(): void {
    this.ledger.taken += 1;
    this.#admitted += 1;
  }

  /** Queues admitted events, or counts what must make room for them. `isLate`: their leases may have run out meanwhile. */
  offer(all: readonly Taken[], isLate: boolean): void {
    this.#admitted -= all.length;
    if (this.#closedFor === null) this.storeLink.take(all, isLate);
    else this.#leaveBehind(all.map((taken) => ({ taken, batch: null })));
  }

  /** Somebody waits for what was emitted up to the mark: it waits for no company (`maxWaitMs`). */
  sendUpTo(mark: Mark): void {
    if (this.backlog.sendUpTo(mark)) this.#host.ready(this);
  }

  /** Begins at most one attempt; answers whether it did. */
  pump(): boolean {
    if (this.#closedFor !== null || !this.#host.holdsLeases()) return false;
    const now = this.#host.clock.monotonic();
    const { durable } = this.#host.journal.store;
    const maxAgeMs = this.settings.retry.maxAgeMs ?? defaultMaxAgeMs(durable);
    this.#recorder.lost(this.backlog.expire(now - maxAgeMs), "dead", "expired");
    const at = this.#nextStart(now);
    if (at > now) {
      this.#sleepUntil(Math.min(at, this.backlog.oldestSince + maxAgeMs + 1), now);
      return false;
    }
    const batch = this.backlog.next(now);
    if (batch !== undefined) this.#send(batch, now);
    return batch !== undefined;
  }

  /** Aborts what flies, and gives up what waits, unless a durable store remembers it. Nothing is sent after. */
  abandon(reason: string): void {
    this.#closedFor = reason;
    this.#timer?.cancel();
    this.activity.abort();
    this.giveUp();
  }

  giveUp(): void {
    this.#leaveBehind(this.backlog.clear());
    this.#host.ready(this); // somebody may wait for their fates
  }

  #leaveBehind(all: readonly Lost[]): void {
    this.storeLink.leaveBehind(all, this.#closedFor ?? "closed");
  }

  /** When the next attempt may begin: `now` or earlier means at once. */
  #nextStart(now: number): number {
    const { once, concurrency } = this.settings;
    const { inFlight, overdue } = this.activity;
    if (inFlight + (once ? overdue : 0) >= concurrency) return Number.POSITIVE_INFINITY;
    const due = this.backlog.dueAt();
    return due > now ? due : this.use.destination.freeAt(now);
  }

  #send(batch: Batch, now: number): void {
    batch.attempts += 1;
    const before = this.use.destination.breakerState;
    const visit = this.use.destination.enter();
    if (this.use.destination.breakerState !== before) this.#breakerChanged(null);
    this.activity.start({ batch, visit, startedAt: now });
  }

  #ended({ batch, visit, startedAt }: Flight, end: AttemptEnd): void {
    const now = this.#host.clock.monotonic();
    this.#recorder.attempted(batch, end, now - startedAt);
    const answered = end.ok ? "alive" : answeredBy(end.failure);
    const changed = this.use.destination.leave(visit, answered, now);
    if (end.ok) this.#accepted(batch, end.reference);
    else this.#failed(batch, end.failure, now);
    this.storeLink.landed(batch);
    if (changed) this.#breakerChanged(end.ok ? null : end.failure.code);
    this.#host.ready(this);
  }

  #accepted(batch: Batch, reference: string | null): void {
    this.backlog.done(batch);
    this.backlog.accepted();
    this.#recorder.delivered(batch, reference);
  }

  #failed(batch: Batch, failure: Failure, now: number): void {
    if (this.#closedFor !== null) {
      batch.notBefore = 0;
      this.#recorder.waiting(batch);
      this.backlog.done(batch);
      this.#leaveBehind(batch.members.map((taken) => ({ taken, batch })));
      return;
    }
    const reaction = this.#reactTo(batch, failure);
    if (failure.resume !== undefined) batch.resume = failure.resume;
    if (reaction.kind === "divide") {
      this.#divide(batch, reaction, now);
      return;
    }
    if (reaction.kind === "pause") {
      this.use.destination.pause(now + reaction.waitMs);
      this.#recorder.paused(reaction.waitMs);
    }
    this.backlog.done(batch);
    this.#wait(batch, now + reaction.waitMs);
  }

  #reactTo(batch: Batch, failure: Failure): Reaction {
    const { once, retry } = this.settings;
    if (once) {
      this.#recorder.problem("callback-failed", failure);
      return onlyOnce(batch, failure);
    }
    const reaction = react(batch, failure, retry, this.#host.random);
    const { code } = failure;
    if (isFatal(reaction) || code === "config" || code === "endpoint" || code === "unknown")
      this.#recorder.problem(`delivery-${code}`, failure);
    return reaction;
  }

  #divide(
    batch: Batch,
    { dead, alive, reason }: Extract<Reaction, { kind: "divide" }>,
    now: number,
  ): void {
    this.backlog.done(batch);
    for (const part of batch.split(alive, this.#host.nextId)) {
      if (reason === "attempts") part.strikes = this.settings.retry.maxAttempts - 1;
      this.#wait(part, now);
    }
    const died = dead.map((taken) => ({ taken, batch }));
    this.#recorder.lost(died, "dead", reason);
  }

  #wait(batch: Batch, notBefore: number): void {
    this.backlog.wait(batch, notBefore);
    this.#recorder.waiting(batch);
  }

  #sleepUntil(at: number, now: number): void {
    if (at === this.#wakeAt) return;
    this.#timer?.cancel();
    this.#wakeAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#host.clock.setTimer(at - now, () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#host.ready(this);
    });
  }

  #breakerChanged(reason: string | null): void {
    this.#recorder.breakerChanged(this.use.destination.breakerState, reason);
  }
}
