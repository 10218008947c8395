import type { EventLevel } from "./event.ts";
import type { AttemptOutcome, BreakerState } from "./signals.ts";

/**
 * Why `emitEvent` did not take an event: it is malformed, the monitor is closed, one turn of the event loop
 * had its fill (`limits.turnEvents`), or a durable store fails (`storeFailure: "refuse"`).
 */
export type RefusalReason = "invalid" | "closed" | "overflow" | "store";

/**
 * The books of one receiver since its registration. They balance at every moment:
 * `taken = filtered + delivered + folded + moved + Σdropped + Σdead + pending`.
 */
export interface ReceiverStats {
  readonly name: string;
  /** The notifier's id; `"callback"` for a callback. */
  readonly notifier: string;
  readonly taken: number;
  readonly filtered: number;
  readonly delivered: number;
  readonly folded: number;
  readonly moved: number;
  /** By reason: `overflow`, `closed`, `unregistered`, `discarded`. */
  readonly dropped: Readonly<Record<string, number>>;
  /** By reason: `payload`, `expired`, `attempts`, `failed`, `deadline`. */
  readonly dead: Readonly<Record<string, number>>;
  /** Counted from what waits and what flies, never computed as the remainder. */
  readonly pending: number;
  readonly queue: {
    readonly events: number;
    readonly bytes: number;
    readonly max_events: number;
    readonly max_bytes: number;
  };
  /** `send()` calls under way within their deadline. */
  readonly in_flight: number;
  /** `send()` calls that outlived their deadline and have not settled yet. */
  readonly overdue: number;
  /** Batches that wait for their next attempt. */
  readonly retrying: number;
  readonly attempts: Readonly<Record<AttemptOutcome, number>>;
  /** Attempts that were given up at their deadline and succeeded after it. */
  readonly late_successes: number;
  /** null: this receiver has none. */
  readonly breaker: BreakerState | null;
  /** RFC 3339, or null. */
  readonly paused_until: string | null;
  readonly last_success_at: string | null;
  readonly last_error: {
    readonly code: string;
    readonly message: string;
    readonly at: string;
  } | null;
}

/** The books and every pipeline, counted at the moment of the call. */
export interface MonitorStats {
  readonly service: string;
  readonly uptime_seconds: number;
  /** `emitted = Σrefused + taken`. */
  readonly emitted: number;
  readonly refused: Readonly<Record<RefusalReason, number>>;
  readonly taken: number;
  /** Taken events by type (at most 200 types, then `other`) and level. */
  readonly events: Readonly<Record<string, Readonly<Record<EventLevel, number>>>>;
  readonly receivers: readonly ReceiverStats[];
  readonly store: {
    readonly durable: boolean;
    readonly failing: boolean;
    /** Rows that wait to be written. */
    readonly uncommitted: number;
  };
}

/** How many there are, for whatever reason. */
export const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
