import type { Clock } from "./clock.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import type { Journal } from "./delivery/journal.ts";
import type { Receivers } from "./receivers.ts";

/** Milliseconds until something is due that only this process can do; Infinity when nothing is. */
export const exitDueInMs = (
  clock: Clock,
  journal: Journal,
  dispatcher: Dispatcher,
  receivers: Receivers,
): number => {
  if (journal.store.durable) return Number.POSITIVE_INFINITY;
  if (dispatcher.busy) return 0;
  const now = clock.monotonic();
  return receivers.pipelines.reduce(
    (least, { pending, dueAt }) => (pending === 0 ? least : Math.min(least, dueAt - now)),
    Number.POSITIVE_INFINITY,
  );
};
