import type { EventLevel, MonitorEvent } from "../event.ts";
import type { AttemptOutcome, Fate } from "../signals.ts";
import type { MonitorStats, RefusalReason } from "../stats.ts";
import type { DeliveryFailure } from "../store/store.ts";

const maxTypes = 200;
const otherTypes = "other";

export type TroubleKind = "dropped" | "dead" | "breaker-open";

/** The last time something went wrong in one way. Monotonic time: the wall clock may be set meanwhile. */
export interface Trouble {
  readonly reason: string;
  readonly at: number;
}

/** The books of one receiver, but for what is pending, which the pipeline counts. */
export class ReceiverLedger {
  taken = 0;
  filtered = 0;
  delivered = 0;
  folded = 0;
  moved = 0;
  lateSuccesses = 0;
  lastSuccessAt: number | null = null;
  lastError: (DeliveryFailure & { readonly at: number }) | null = null;
  readonly dropped: Record<string, number> = {};
  /** Dropped, for whatever reason. */
  drops = 0;
  readonly dead: Record<string, number> = {};
  /** How many died, those among them that were tried again later. */
  deaths = 0;
  readonly troubles = new Map<TroubleKind, Trouble>();
  readonly attempts: Record<AttemptOutcome, number> = {
    delivered: 0,
    unavailable: 0,
    ambiguous: 0,
    "rate-limited": 0,
    payload: 0,
    endpoint: 0,
    config: 0,
    aborted: 0,
    unknown: 0,
  };

  settle(fate: Exclude<Fate, "dropped" | "dead">): void {
    this[fate] += 1;
  }

  lose(count: number, fate: "dropped" | "dead", reason: string, at: number): void {
    this[fate][reason] = (this[fate][reason] ?? 0) + count;
    if (fate === "dropped") this.drops += count;
    else this.deaths += count;
    this.troubles.set(fate, { reason, at });
  }

  /** A delivery that is pending again: it leaves the fate it had here, or counts as taken when it had none. */
  revive(reason: string): void {
    const count = this.dead[reason] ?? 0;
    if (count > 0) this.dead[reason] = count - 1;
    else this.taken += 1;
  }
}

type LevelCounts = Record<EventLevel, number>;

/** What was emitted, refused and taken, by reason, type and level. */
export class IntakeLedger {
  taken = 0;
  readonly refused: Record<RefusalReason, number> = {
    invalid: 0,
    closed: 0,
    overflow: 0,
    store: 0,
  };
  readonly #byType = new Map<string, LevelCounts>();

  take({ event_type, level }: MonitorEvent): void {
    this.taken += 1;
    const counts = this.#byType.get(event_type) ?? this.#enter(event_type);
    counts[level] += 1;
  }

  get emitted(): number {
    const { invalid, closed, overflow, store } = this.refused;
    return this.taken + invalid + closed + overflow + store;
  }

  byType(): MonitorStats["events"] {
    return Object.fromEntries([...this.#byType].map(([type, counts]) => [type, { ...counts }]));
  }

  #enter(type: string): LevelCounts {
    const name = this.#byType.size < maxTypes ? type : otherTypes;
    const counts = this.#byType.get(name) ?? { info: 0, warning: 0, error: 0, critical: 0 };
    this.#byType.set(name, counts);
    return counts;
  }
}
