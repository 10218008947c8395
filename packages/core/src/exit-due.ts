import type { Clock } from "./clock.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import type { Journal } from "./delivery/journal.ts";
import type { Intake } from "./intake.ts";
import type { Receivers } from "./receivers.ts";

export interface ExitHost {
  readonly journal: Journal;
  readonly dispatcher: Dispatcher;
  readonly receivers: Receivers;
  readonly intake: Intake;
}

/**
 * Milliseconds until something is due that only this process can do; Infinity when nothing is. Asked when
 * nothing else is left to do: whatever waits for company is sent now, for none will come.
 */
export const exitDueInMs = (
  clock: Clock,
  { journal, dispatcher, receivers, intake }: ExitHost,
): number => {
  if (journal.store.durable) return Number.POSITIVE_INFINITY;
  for (const pipeline of receivers.pipelines) pipeline.sendUpTo(intake.last);
  if (dispatcher.busy) return 0;
  const now = clock.monotonic();
  return receivers.pipelines.reduce(
    (least, { pending, dueAt }) => (pending === 0 ? least : Math.min(least, dueAt - now)),
    Number.POSITIVE_INFINITY,
  );
};
