import type { Clock } from "./clock.ts";
import type { Receiver } from "./delivery/receiver.ts";
import type { MonitorEvent } from "./event.ts";

/** Whether one receiver would get an event, and why. */
export interface ReceiverDecision {
  readonly receiver: string;
  readonly wanted: boolean;
  /** A sentence: `"wanted"`, or what in its filter says no. */
  readonly reason: string;
  /** Why it would not leave at once: paused, breaker open; null: it would. */
  readonly held_by: string | null;
}

const predicate = ({ filter }: Receiver, event: MonitorEvent): string | undefined => {
  if (filter.where === undefined) return undefined;
  try {
    return filter.where(event) ? undefined : "its `where` says no";
  } catch {
    return undefined; // lets the event through, as when it is delivered
  }
};

const heldBy = (
  {
    pipeline: {
      use: { destination },
    },
  }: Receiver,
  clock: Clock,
): string | null => {
  const paused = destination.pausedUntil - clock.monotonic();
  if (paused > 0) return `the destination asked to wait; ${Math.ceil(paused / 1_000)} s are left`;
  return destination.breakerState === "open" ? "its breaker is open: the destination fails" : null;
};

/** Asks one receiver's filter, its `where` included. */
export const explainFor = (
  receiver: Receiver,
  event: MonitorEvent,
  clock: Clock,
): ReceiverDecision => {
  const no = receiver.filter.why(event) ?? predicate(receiver, event);
  return {
    receiver: receiver.name,
    wanted: no === undefined,
    reason: no ?? "wanted",
    held_by: no === undefined ? heldBy(receiver, clock) : null,
  };
};
