import type { Clock } from "./clock.ts";
import type { Receiver } from "./delivery/receiver.ts";
import type { MonitorEvent } from "./event.ts";
import { contain, isThenable } from "./thenable.ts";

/** Whether one receiver would get an event, and why. */
export interface ReceiverDecision {
  readonly receiver: string;
  readonly wanted: boolean;
  /** `"wanted"`, or what in its filter says no. A `where` that fails is named here: it lets the event through. */
  readonly reason: string;
  /** Why it would not leave at once: paused, breaker open; null: it would. */
  readonly held_by: string | null;
}

type Answer = Pick<ReceiverDecision, "wanted" | "reason">;

/** One that fails lets the event through, as when it is delivered. */
const askWhere = ({ filter }: Receiver, event: MonitorEvent): Answer => {
  if (filter.where === undefined) return { wanted: true, reason: "wanted" };
  try {
    const answer: unknown = filter.where(event);
    if (!isThenable(answer))
      return answer
        ? { wanted: true, reason: "wanted" }
        : { wanted: false, reason: "its `where` says no" };
    contain(answer, () => {});
  } catch {
    // as if it were async: it has not answered
  }
  return { wanted: true, reason: "wanted: its `where` throws or is async" };
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
  const no = receiver.filter.why(event);
  const { wanted, reason } =
    no === undefined ? askWhere(receiver, event) : { wanted: false, reason: no };
  const held_by = wanted ? heldBy(receiver, clock) : null;
  return { receiver: receiver.name, wanted, reason, held_by };
};
