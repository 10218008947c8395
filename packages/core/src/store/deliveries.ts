import {
  addReceiver,
  type Entry,
  endFresh,
  firstFence,
  freshAt,
  leaseEnd,
  type Row,
  rowOf,
  rowsOf,
  type Taking,
  unleased,
} from "./entry.ts";
import type { EventRing } from "./event-ring.ts";
import { type DeliverySelection, inOrder, selectsDelivery } from "./query.ts";
import { isFinal, type Settled } from "./settled.ts";
import type { Claimed, ClaimQuery, EventStore, Key, Lease, Outcome } from "./store.ts";

/** What deliveries go through: leases, outcomes, and what is done to them from outside. */
export class Deliveries {
  readonly #ring: EventRing;
  readonly #settled: Settled;

  constructor(ring: EventRing, settled: Settled) {
    this.#ring = ring;
    this.#settled = settled;
  }

  /** Those without a fate, dead ones among them. */
  unsettled(): Row[] {
    const rows: Row[] = [];
    for (const entry of this.#ring.held()) rows.push(...rowsOf(entry));
    return rows;
  }

  /** Tells outcomes of those whose lease another holds by now, or that are forgotten. */
  record(outcomes: readonly Outcome[], taking: Taking): readonly Key[] {
    const stale: Key[] = [];
    let entry: Entry | undefined;
    for (const outcome of outcomes) {
      const { event_id, receiver } = outcome;
      if (entry?.event.id !== event_id) entry = this.#ring.findFor(receiver, event_id);
      if (!entry || !this.#record(entry, outcome, taking)) stale.push({ event_id, receiver });
    }
    return stale;
  }

  claim({ receiver, limit, maxBytes, leaseMs, now }: ClaimQuery): readonly Claimed[] {
    const claimed: Claimed[] = [];
    let bytes = 0;
    for (const entry of this.#ring.held()) {
      const row = claimable(entry, receiver, now);
      if (!row) continue;
      bytes += entry.bytes;
      // The first goes out whatever its size; a younger one never overtakes one that is too big.
      if (claimed.length >= limit || (bytes > maxBytes && claimed.length > 0)) break;
      row.fence += 1;
      row.leaseUntil = now + leaseMs;
      claimed.push(row.claimed());
    }
    return claimed;
  }

  renew(leases: readonly Lease[], leaseMs: number, now: number): { readonly lost: readonly Key[] } {
    const lost: Key[] = [];
    const leaseUntil = leaseEnd(now, leaseMs);
    for (const { event_id, receiver, fence } of leases) {
      const entry = this.#ring.find(event_id);
      const row = entry && rowOf(entry, receiver);
      if (row?.state === "pending" && row.fence === fence) row.leaseUntil = leaseUntil;
      else lost.push({ event_id, receiver });
    }
    return { lost };
  }

  move(selection: DeliverySelection, to: Parameters<EventStore["move"]>[1], now: number): number {
    const target = to.state === "pending" ? to.receiver : undefined;
    const canMove = ({ state, receiver }: Row) =>
      state === "dead" || to.state === "dropped" || (target !== undefined && target !== receiver);
    const found = this.unsettled()
      .filter((row) => selectsDelivery(selection, row) && canMove(row))
      .sort(inOrder)
      .slice(0, selection.limit);
    for (const { entry, receiver } of found) {
      const row = rowOf(entry, receiver);
      if (!row) continue;
      if (to.state === "dropped") this.#end(row, "dropped", "discarded", now);
      else if (target === undefined || target === receiver) this.#reopen(row, now);
      else this.#reroute(row, target, now);
    }
    return found.length;
  }

  /** false: another holds the lease by now. */
  #record(entry: Entry, outcome: Outcome, { leaseUntil }: Taking): boolean {
    const { event_id, receiver, fence } = outcome;
    if (isFinal(outcome) && fence === firstFence && endFresh(entry, receiver)) {
      this.#settled.push(outcome, entry.taking.now, entry.seq);
      this.#ring.forgetUnlessHeld(entry);
      return true;
    }
    const row = rowOf(entry, receiver);
    if (!row) return this.#settled.fenceOf(event_id, receiver) === fence;
    if (row.fence !== fence) return false;
    if (row.state === "dead") return true; // told again: the first fate stands
    if (isFinal(outcome)) {
      this.#settled.push({ last_error: row.lastError, ...outcome }, row.takenAt, entry.seq);
      this.#ring.remove(row);
      return true;
    }
    row.outcome = outcome;
    row.lastError = outcome.last_error;
    if (outcome.state === "pending") row.leaseUntil = leaseUntil;
    else this.#ring.markDead(row);
    return true;
  }

  /** A dead delivery begins anew, its age and attempts too, for whoever claims it. */
  #reopen(row: Row, now: number): void {
    this.#ring.revive(row);
    row.fence += 1;
    row.outcome = undefined;
    row.lastError = null;
    row.takenAt = now;
    row.leaseUntil = unleased;
  }

  /** Another receiver gets the event, unless it has or had it. */
  #reroute(row: Row, target: string, now: number): void {
    const { entry } = row;
    const present = rowOf(entry, target);
    if (present?.state === "dead") this.#reopen(present, now);
    addReceiver(entry, target, { now, leaseUntil: unleased });
    this.#end(row, "moved", target, now);
  }

  /** Ends a delivery from outside. Whoever holds its lease learns so by the fence. */
  #end(row: Row, state: "dropped" | "moved", reason: string, now: number): void {
    const { eventId, receiver, outcome, takenAt, seq } = row;
    const ending = {
      event_id: eventId,
      receiver,
      fence: row.fence + 1,
      state,
      settled_at: now,
      reason,
      last_error: row.lastError,
      attempts: outcome?.attempts ?? 0,
      batch_id: outcome?.batch_id ?? null,
    };
    this.#settled.push(ending, takenAt, seq);
    this.#ring.remove(row);
  }
}

const claimable = (entry: Entry, receiver: string, now: number): Row | undefined => {
  const isLeased = freshAt(entry, receiver) >= 0 && entry.taking.leaseUntil > now;
  const row = isLeased ? undefined : rowOf(entry, receiver);
  return row?.state === "pending" && row.leaseUntil <= now ? row : undefined;
};
