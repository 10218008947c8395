import type { Clock } from "../clock.ts";
import type { MonitorEvent } from "../event.ts";
import type { BreakerState, Fate, MonitorSignal, Problem } from "../signals.ts";
import type { Lease, Outcome } from "../store/store.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { Batch, Lost } from "./batch.ts";
import type { Failure } from "./failure.ts";
import type { Journal } from "./journal.ts";
import { ReceiverLedger } from "./ledger.ts";
import type { Taken } from "./taken.ts";

export interface RecorderHost {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Whether anybody observes; without, signals of single events are not made. */
  readonly observed: () => boolean;
  readonly signal: (signal: MonitorSignal) => void;
  readonly report: (problem: Problem) => void;
}

/** Writes what becomes of each event at one receiver, once, to all who keep it: ledger, journal, observers. */
export class Recorder {
  readonly ledger = new ReceiverLedger();
  readonly #receiver: string;
  /** A callback, of which a durable store keeps no rows. */
  readonly #once: boolean;
  readonly #host: RecorderHost;
  /** Leases that are newer than what the events in hand say, by event id. */
  readonly #leases = new Map<string, number>();

  constructor({ name, once }: { name: string; once: boolean }, host: RecorderHost) {
    this.#receiver = name;
    this.#once = once;
    this.#host = host;
  }

  /** The store has leased to us again what we hold: only under the new fence may it be settled. */
  renew({ event_id, fence }: Lease): void {
    this.#leases.set(event_id, fence);
  }

  lease({ event: { id }, fence }: Taken): Lease {
    return { event_id: id, receiver: this.#receiver, fence: this.#leases.get(id) ?? fence };
  }

  /** The lease of what is in hand no longer. */
  release(taken: Taken): Lease {
    const lease = this.lease(taken);
    this.#leases.delete(lease.event_id);
    return lease;
  }

  /** Another process has these, and will say what became of them. */
  moved(gone: readonly Taken[]): void {
    this.ledger.moved += gone.length;
    for (const { event } of gone) {
      this.#leases.delete(event.id);
      this.#settled(event.id, "moved", "lease-lost");
    }
  }

  attempted(batch: Batch, end: AttemptEnd, durationMs: number): void {
    const outcome = end.ok ? "delivered" : end.failure.code;
    this.ledger.attempts[outcome] += 1;
    if (!end.ok) {
      const { code, message } = end.failure;
      batch.lastError = { code, message };
      this.ledger.lastError = { code, message, at: this.#host.clock.now() };
    }
    if (!this.#host.observed()) return;
    this.#host.signal({
      kind: "attempt",
      receiver: this.#receiver,
      outcome,
      duration_seconds: Math.max(0, durationMs) / 1_000,
      batch_size: batch.members.length,
    });
  }

  delivered(batch: Batch, reference: string | null): void {
    const settled_at = this.#host.clock.now();
    this.ledger.lastSuccessAt = settled_at;
    this.ledger.delivered += batch.members.length;
    for (const { event, fence } of batch.members) {
      this.#tell(event, {
        event_id: event.id,
        receiver: this.#receiver,
        fence: this.#fenceAtEnd(event.id, fence),
        state: "delivered",
        settled_at,
        reference,
        attempts: batch.attempts,
        batch_id: batch.id,
      });
      this.#settled(event.id, "delivered", null);
    }
  }

  /** These did not fit, or made room, and nothing remembers them. */
  overflowed(all: readonly Taken[]): void {
    const settledAt = this.#count(all.length, "dropped", "overflow");
    for (const taken of all) this.#tellLost(taken, null, "dropped", "overflow", settledAt);
  }

  lost(all: readonly Lost[], fate: "dropped" | "dead", reason: string): void {
    const settledAt = this.#count(all.length, fate, reason);
    for (const { taken, batch } of all) this.#tellLost(taken, batch, fate, reason, settledAt);
  }

  /** Not a fate: the batch waits, and the store remembers how it stands. */
  waiting(batch: Batch): void {
    const { clock } = this.#host;
    const next_at = Math.max(0, clock.now() + batch.notBefore - clock.monotonic());
    for (const { event, fence } of batch.members) {
      this.#tell(event, {
        event_id: event.id,
        receiver: this.#receiver,
        fence: this.#leases.get(event.id) ?? fence,
        state: "pending",
        next_at,
        resume: batch.resume,
        last_error: batch.lastError,
        attempts: batch.attempts,
        batch_id: batch.id,
      });
    }
  }

  paused(waitMs: number): void {
    this.#host.signal({ kind: "paused", receiver: this.#receiver, seconds: waitMs / 1_000 });
  }

  /** @param state - null: it has none. */
  breakerChanged(state: BreakerState | null, reason: string | null): void {
    if (state === null) return;
    if (state === "open") {
      const at = this.#host.clock.monotonic();
      this.ledger.troubles.set("breaker-open", { reason: reason ?? "unavailable", at });
    }
    this.#host.signal({ kind: "breaker", receiver: this.#receiver, state, reason });
  }

  /** Tells a human, who alone may see the raw cause. */
  problem(code: string, { message, cause }: Failure): void {
    this.#host.report({ code, receiver: this.#receiver, message, cause });
  }

  blocked(heldMs: number): void {
    const message = `It held the event loop for ${Math.round(heldMs)} ms, and nothing else in this process ran. Move its work off the loop.`;
    this.#host.report({ code: "loop-blocked", receiver: this.#receiver, message });
  }

  /** All are counted before anybody hears of one: the books balance for whoever looks then. Answers when that was. */
  #count(losses: number, fate: "dropped" | "dead", reason: string): number {
    const { clock } = this.#host;
    if (losses > 0) this.ledger.lose(losses, fate, reason, clock.monotonic());
    return losses > 0 ? clock.now() : 0;
  }

  #tellLost(
    { event, fence }: Taken,
    batch: Batch | null,
    state: "dropped" | "dead",
    reason: string,
    settled_at: number,
  ): void {
    this.#tell(event, {
      event_id: event.id,
      receiver: this.#receiver,
      fence: this.#fenceAtEnd(event.id, fence),
      state,
      settled_at,
      reason,
      last_error: batch === null ? null : batch.lastError,
      attempts: batch === null ? 0 : batch.attempts,
      batch_id: batch === null ? null : batch.id,
    });
    this.#settled(event.id, state, reason);
  }

  #tell(event: MonitorEvent, outcome: Outcome): void {
    const { journal } = this.#host;
    if (!(this.#once && journal.store.durable)) journal.settle(outcome, event);
  }

  #fenceAtEnd(eventId: string, fence: number): number {
    if (this.#leases.size === 0) return fence;
    const latest = this.#leases.get(eventId) ?? fence;
    this.#leases.delete(eventId);
    return latest;
  }

  #settled(event_id: string, fate: Fate, reason: string | null): void {
    if (!this.#host.observed()) return;
    this.#host.signal({ kind: "settled", receiver: this.#receiver, event_id, fate, reason });
  }
}
