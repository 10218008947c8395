import type { DeliveryErrorCode } from "./errors.ts";
import type { MonitorEvent } from "./event.ts";

/**
 * What became of an event at a receiver, once and for all.
 *
 * - `delivered`: the destination accepted it.
 * - `filtered`: the receiver's filter did not want it.
 * - `dropped`: given up without a refusal, for want of room or at the end.
 * - `dead`: refused, too old, or tried in vain; `replay()` tries it again.
 * - `moved`: another receiver's now, or another process's on the same store.
 * - `folded`: reported within another message. No receiver does so by itself.
 */
export type Fate = "delivered" | "filtered" | "folded" | "moved" | "dropped" | "dead";

/** How one attempt ended: accepted, a code, or a rejection that was not a `DeliveryError` (`unknown`). */
export type AttemptOutcome = "delivered" | DeliveryErrorCode;

/** `open`: nothing is sent until the cooldown is over; `half-open`: one probe is out. */
export type BreakerState = "closed" | "open" | "half-open";

/** Something a human may want to know. `cause` is raw and may hold secrets: it goes to `onProblem` alone. */
export interface Problem {
  /** kebab-case and stable: `"delivery-config"`, `"callback-failed"`, `"filter-threw"`, `"store-failed"`, `"events-dropped"`, `"unknown-field"`. */
  readonly code: string;
  readonly receiver: string | null;
  /** Bounded, without control characters, without secrets. */
  readonly message: string;
  readonly cause?: unknown;
}

/** What observers are told, after the change it tells of and never inside `emitEvent`. */
export type MonitorSignal =
  | { readonly kind: "taken"; readonly event: MonitorEvent }
  | {
      readonly kind: "attempt";
      readonly receiver: string;
      readonly outcome: AttemptOutcome;
      readonly duration_seconds: number;
      readonly batch_size: number;
    }
  | {
      readonly kind: "settled";
      readonly receiver: string;
      readonly event_id: string;
      readonly fate: Fate;
      readonly reason: string | null;
    }
  | { readonly kind: "paused"; readonly receiver: string; readonly seconds: number }
  | {
      readonly kind: "breaker";
      readonly receiver: string;
      readonly state: BreakerState;
      readonly reason: string | null;
    }
  | { readonly kind: "problem"; readonly problem: Omit<Problem, "cause"> };
