import type { Timer } from "../clock.ts";
import type { Random } from "../id.ts";
import type { Notifier } from "../notifier.ts";
import type { ReceiverSettings } from "../receiver-settings.ts";
import type { Claimed } from "../store/store.ts";
import { Attempt, type AttemptEnd } from "./attempt.ts";
import { Backlog } from "./backlog.ts";
import type { Batch } from "./batch.ts";
import { type DestinationUse, useDestination, type Visit } from "./destination.ts";
import type { Failure } from "./failure.ts";
import type { ReceiverLedger } from "./ledger.ts";
import { answeredBy, onlyOnce, type Reaction, react } from "./reaction.ts";
import { Recorder, type RecorderHost } from "./recorder.ts";
import { restored } from "./restore.ts";
import type { Taken } from "./taken.ts";

/** What a pipeline needs of the house around it. */
export interface PipelineHost extends RecorderHost {
  readonly random: Random;
  readonly nextId: () => string;
  /** Asks for a turn: there may be something to send. */
  readonly ready: (pipeline: Pipeline) => void;
}

interface Flight {
  readonly batch: Batch;
  readonly attempt: Attempt;
  readonly visit: Visit;
  readonly startedAt: number;
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
  readonly #host: PipelineHost;
  readonly #recorder: Recorder;
  /** The destination it may share with others; `leave` it when nothing is sent any more. */
  readonly use: DestinationUse;
  readonly #flights = new Set<Flight>();
  /** Matched, and not yet committed. */
  #admitted = 0;
  #overdue = 0;
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
    this.#recorder = new Recorder(settings.name, host);
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

  /** Attempts within their deadline, and sends beyond it. */
  get activity(): { readonly inFlight: number; readonly overdue: number } {
    return { inFlight: this.#flights.size, overdue: this.#overdue };
  }

  /** Counted from what waits and what flies. */
  get pending(): number {
    return this.#admitted + this.backlog.events;
  }

  /** Monotonic milliseconds at which something is due: at once while an attempt is under way. */
  get dueAt(): number {
    if (this.#flights.size > 0) return Number.NEGATIVE_INFINITY;
    // It waits for the end of another receiver's attempt at the destination they share.
    const now = this.#host.clock.monotonic();
    const waits = this.pending > 0 && this.use.destination.freeAt(now) === Number.POSITIVE_INFINITY;
    return waits ? Number.NEGATIVE_INFINITY : this.#wakeAt;
  }

  /** Events emitted no later than `seq` that are queued, waiting or in flight. */
  pendingUpTo(seq: number): number {
    let count = this.backlog.queue.countUpTo(seq);
    for (const taken of this.#batched()) if (taken.seq <= seq) count += 1;
    return count;
  }

  /** Takes responsibility for an event that its filter wants; `offer` follows once it is committed. */
  admit(): void {
    this.ledger.taken += 1;
    this.#admitted += 1;
  }

  /** Queues an admitted event, or counts what must make room for it. */
  offer(taken: Taken): void {
    this.#admitted -= 1;
    if (this.#closedFor !== null) {
      this.#leaveBehind(taken, null);
      return;
    }
    for (;;) {
      const victim = this.backlog.makeRoom(taken);
      if (victim === undefined) break;
      this.#recorder.lost(victim, "dropped", "overflow", null);
      if (victim === taken) return;
    }
    this.backlog.queue.push(taken);
  }

  /** Takes over open deliveries that the store handed out, and answers which: what it has in hand it goes on with under the new lease. */
  restore(claimed: readonly Claimed[]): readonly Claimed[] {
    const { maxRetryAfterMs, capMs } = this.settings.retry;
    const inHand = [...this.backlog.queue, ...this.#batched()];
    const held = new Set(inHand.map(({ event }) => event.id));
    for (const lease of claimed) if (held.has(lease.event_id)) this.#recorder.renew(lease);
    const news = claimed.filter(({ event_id }) => !held.has(event_id));
    const { fresh, batches } = restored(news, this.#host.clock, Math.max(maxRetryAfterMs, capMs));
    for (const taken of fresh) this.backlog.queue.push(taken);
    for (const batch of batches) this.backlog.wait(batch, batch.notBefore);
    this.#host.ready(this);
    return news;
  }

  /** Begins at most one attempt; answers whether it did. */
  pump(): boolean {
    if (this.#closedFor !== null) return false;
    const now = this.#host.clock.monotonic();
    const { maxAgeMs } = this.settings.retry;
    for (const { taken, batch } of this.backlog.expire(now - maxAgeMs))
      this.#recorder.lost(taken, "dead", "expired", batch);
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
    for (const { attempt } of [...this.#flights]) attempt.abort("shutdown");
    this.giveUp();
  }

  /** Once abandoned: counts as dropped what waits and no durable store remembers. */
  giveUp(): void {
    for (const { taken, batch } of this.backlog.clear()) this.#leaveBehind(taken, batch);
  }

  *#batched(): Generator<Taken> {
    for (const { members } of this.backlog.retries) yield* members;
    for (const { batch } of this.#flights) yield* batch.members;
  }

  #leaveBehind(taken: Taken, batch: Batch | null): void {
    const { journal } = this.#host;
    if (journal.store.durable && !this.settings.once && !journal.forgets(taken.event))
      this.backlog.queue.push(taken);
    else this.#recorder.lost(taken, "dropped", this.#closedFor ?? "closed", batch);
  }

  /** When the next attempt may begin: `now` or earlier means at once. */
  #nextStart(now: number): number {
    const { once, concurrency } = this.settings;
    const busy = this.#flights.size + (once ? this.#overdue : 0);
    if (busy >= concurrency) return Number.POSITIVE_INFINITY;
    const due = this.backlog.dueAt();
    return due > now ? due : this.use.destination.freeAt(now);
  }

  #send(batch: Batch, now: number): void {
    const { once, timeoutMs } = this.settings;
    batch.attempts += 1;
    const before = this.use.destination.breakerState;
    const visit = this.use.destination.enter();
    const attempt = new Attempt(batch, {
      clock: this.#host.clock,
      timeoutMs,
      graceMs: once ? 0 : graceMs,
      onEnd: (end) => this.#ended(flight, end),
      onGivenUp: () => {
        this.#overdue += 1;
      },
      onOverdue: (succeeded) => {
        this.#overdue -= 1;
        if (succeeded) this.ledger.lateSuccesses += 1;
        this.#host.ready(this);
      },
    });
    const flight: Flight = { batch, attempt, visit, startedAt: now };
    this.#flights.add(flight);
    if (this.use.destination.breakerState !== before) this.#breakerChanged(null);
    attempt.start(this.notifier, Object.freeze(batch.events()));
  }

  #ended(flight: Flight, end: AttemptEnd): void {
    const { batch, visit, startedAt } = flight;
    const now = this.#host.clock.monotonic();
    this.#flights.delete(flight);
    this.backlog.done(batch);
    this.#recorder.attempted(batch, end, now - startedAt);
    const answered = end.ok ? "alive" : answeredBy(end.failure);
    const changed = this.use.destination.leave(visit, answered, now);
    if (end.ok) this.#recorder.delivered(batch, end.reference);
    else this.#failed(batch, end.failure, now);
    if (changed) this.#breakerChanged(end.ok ? null : end.failure.code);
    this.#host.ready(this);
  }

  #failed(batch: Batch, failure: Failure, now: number): void {
    if (this.#closedFor !== null) {
      batch.notBefore = 0;
      this.#recorder.waiting(batch);
      for (const member of batch.members) this.#leaveBehind(member, batch);
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
    const fatal = reaction.kind === "divide" && reaction.dead.length > 0;
    if (fatal || code === "config" || code === "endpoint") {
      this.#recorder.problem(`delivery-${code}`, failure);
    }
    return reaction;
  }

  #divide(
    batch: Batch,
    { dead, alive, reason }: Extract<Reaction, { kind: "divide" }>,
    now: number,
  ): void {
    for (const member of dead) this.#recorder.lost(member, "dead", reason, batch);
    for (const part of batch.split(alive, this.#host.nextId)) {
      if (reason === "attempts") part.strikes = this.settings.retry.maxAttempts - 1;
      this.#wait(part, now);
    }
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
    const state = this.use.destination.breakerState;
    if (state !== null) this.#recorder.breakerChanged(state, reason);
  }
}
