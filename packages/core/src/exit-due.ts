import type { Clock } from "./clock.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import type { Journal } from "./delivery/journal.ts";
import type { Receivers } from "./receivers.ts";

/** Milliseconds until something is due that only this process can do; Infinity when nothing is. What a durable store has, another can do. */
export const exitDueInMs = (
  clock: Clock,
  journal: Journal,
  dispatcher: Dispatcher,
  receivers: Receivers,
): number => {
  const { durable } = journal.store;
  if (dispatcher.busy) return 0;
  if (durable && journal.uncommitted === 0) return Number.POSITIVE_INFINITY;
  const now = clock.monotonic();
  const store = durable ? journal.dueAt - now : Number.POSITIVE_INFINITY;
  return receivers.pipelines.reduce(
    (least, { pending, dueAt }) => (pending === 0 ? least : Math.min(least, dueAt - now)),
    store,
  );
};
