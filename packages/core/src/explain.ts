import type { Clock } from "./clock.ts";
import type { Receiver } from "./delivery/receiver.ts";
import type { MonitorEvent } from "./event.ts";
import { passes } from "./filter.ts";

/** Whether one receiver would get an event, and why. */
export interface ReceiverDecision {
  readonly receiver: string;
  readonly wanted: boolean;
  /** `"wanted"`, or what in its filter says no. A `where` that fails is named here: it lets the event through. */
  readonly reason: string;
  /** Why it would not leave at once: a pause, an open breaker, rate limits; null: it would. */
  readonly held_by: string | null;
}

const heldBy = (
  {
    pipeline: {
      use: { destination },
    },
  }: Receiver,
  clock: Clock,
): string | null => {
  const now = clock.monotonic();
  const { pausedUntil, breakerState } = destination;
  const paused = pausedUntil - now;
  if (paused > 0) return `the destination asked to wait; ${Math.ceil(paused / 1_000)} s are left`;
  if (breakerState === "open" || breakerState === "half-open")
    return `its breaker is ${breakerState}: the destination fails`;
  return destination.freeAt(now) > now
    ? "its rate limits are reached, or one request asks first after a pause"
    : null;
};

/** Asks one receiver's filter, its `where` included. */
export const explainFor = (
  receiver: Receiver,
  event: MonitorEvent,
  clock: Clock,
): ReceiverDecision => {
  const { name, filter } = receiver;
  const no = filter.why(event);
  let reason = no ?? "wanted";
  let wanted = no === undefined;
  if (wanted && filter.where !== undefined) {
    wanted = passes(filter.where, event, () => {
      reason = "wanted: its `where` throws or is async";
    });
    if (!wanted) reason = "its `where` says no";
  }
  const held_by = wanted ? heldBy(receiver, clock) : null;
  return { receiver: name, wanted, reason, held_by };
};
