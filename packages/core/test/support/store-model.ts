import type { Delivery, DeliveryState, Key, Lease } from "../../src/store/store.ts";
import { idOf, iso } from "./store-kit.ts";

interface ModelRow {
  readonly n: number;
  readonly receiver: string;
  state: DeliveryState;
  fence: number;
  attempts: number;
  takenAt: number;
  leaseUntil: number;
  settledAt: number | null;
  reason: string | null;
}

export interface ModelOutcome {
  readonly n: number;
  readonly receiver: string;
  readonly fence: number;
  readonly state: DeliveryState;
  readonly attempts: number;
}

const keyOf = ({ n, receiver }: { readonly n: number; readonly receiver: string }): Key => ({
  event_id: idOf(n),
  receiver,
});

/** A store that forgets nothing and is as plain as can be: what others are compared with. */
export class StoreModel {
  /** Events in the order of their arrival. */
  readonly events: number[] = [];
  readonly #rows: ModelRow[] = [];

  accept(n: number, receivers: readonly string[], now: number, leaseMs: number): void {
    if (!this.events.includes(n)) this.events.push(n);
    for (const receiver of receivers) this.#open(n, receiver, now, now + leaseMs);
  }

  /** The outcomes refused. */
  tell(outcomes: readonly ModelOutcome[], now: number, leaseMs: number): Key[] {
    return outcomes.flatMap((outcome) => {
      const row = this.#find(outcome.n, outcome.receiver);
      if (row?.fence !== outcome.fence) return [keyOf(outcome)];
      if (row.state !== "pending") return [];
      row.attempts = outcome.attempts;
      row.state = outcome.state;
      if (outcome.state === "pending") row.leaseUntil = now + leaseMs;
      else row.settledAt = now;
      if (outcome.state !== "pending" && outcome.state !== "delivered") row.reason = "why";
      return [];
    });
  }

  claim(receiver: string, limit: number, now: number, leaseMs: number): Lease[] {
    return this.events
      .flatMap((n) => this.#find(n, receiver) ?? [])
      .filter(({ state, leaseUntil }) => state === "pending" && leaseUntil <= now)
      .slice(0, limit)
      .map((row) => {
        row.fence += 1;
        row.leaseUntil = now + leaseMs;
        return { ...keyOf(row), fence: row.fence };
      });
  }

  renew(leases: readonly ModelOutcome[], now: number, leaseMs: number): Key[] {
    return leases.flatMap(({ n, receiver, fence }) => {
      const row = this.#find(n, receiver);
      if (row?.state !== "pending" || row.fence !== fence) return [keyOf({ n, receiver })];
      row.leaseUntil = now + leaseMs;
      return [];
    });
  }

  replay(receiver: string, now: number): number {
    const dead = this.#rows.filter((row) => row.receiver === receiver && row.state === "dead");
    for (const row of dead) this.#reopen(row, now);
    return dead.length;
  }

  discard(n: number, now: number): number {
    const open = this.#rows.filter((row) => row.n === n && isOpen(row));
    for (const row of open) this.#end(row, "dropped", "discarded", now);
    return open.length;
  }

  reroute(from: string, target: string, now: number): number {
    const open = this.#rows.filter((row) => row.receiver === from && isOpen(row));
    for (const row of open) {
      const present = this.#find(row.n, target);
      if (present?.state === "dead") this.#reopen(present, now);
      if (!present) this.#open(row.n, target, now, Number.NEGATIVE_INFINITY);
      this.#end(row, "moved", target, now);
    }
    return open.length;
  }

  /** Newest event first, then by receiver; without what the model does not follow. */
  deliveries(): Partial<Delivery>[] {
    return [...this.events].reverse().flatMap((n) =>
      this.#rows
        .filter((row) => row.n === n)
        .sort((left, right) => (left.receiver < right.receiver ? -1 : 1))
        .map((row) => ({
          ...keyOf(row),
          state: row.state,
          reason: row.reason,
          attempts: row.attempts,
          taken_at: iso(row.takenAt),
          settled_at: row.settledAt === null ? null : iso(row.settledAt),
        })),
    );
  }

  #find(n: number, receiver: string): ModelRow | undefined {
    return this.#rows.find((row) => row.n === n && row.receiver === receiver);
  }

  #open(n: number, receiver: string, takenAt: number, leaseUntil: number): void {
    if (this.#find(n, receiver)) return;
    const fresh = {
      state: "pending",
      fence: 1,
      attempts: 0,
      settledAt: null,
      reason: null,
    } as const;
    this.#rows.push({ n, receiver, takenAt, leaseUntil, ...fresh });
  }

  #reopen(row: ModelRow, now: number): void {
    const anew = { state: "pending", attempts: 0, settledAt: null, reason: null } as const;
    const leaseUntil = Number.NEGATIVE_INFINITY;
    Object.assign(row, anew, { fence: row.fence + 1, takenAt: now, leaseUntil });
  }

  #end(row: ModelRow, state: DeliveryState, reason: string, now: number): void {
    Object.assign(row, { state, reason, settledAt: now, fence: row.fence + 1 });
  }
}

const isOpen = ({ state }: ModelRow): boolean => state === "pending" || state === "dead";
