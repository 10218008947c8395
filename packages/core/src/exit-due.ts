import type { Clock } from "./clock.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import type { Journal } from "./delivery/journal.ts";
import type { DropReporter } from "./drop-reporter.ts";
import type { Intake } from "./intake.ts";
import type { Receivers } from "./receivers.ts";

export interface ExitHost {
  readonly journal: Journal;
  readonly dispatcher: Dispatcher;
  readonly receivers: Receivers;
  readonly intake: Intake;
  readonly drops: DropReporter;
}

/**
 * Milliseconds until something is due that only this process can do; Infinity when nothing is: what a durable
 * store has, another can do. Asked when nothing else is left to do: whatever waits for company is sent now, for
 * none will come, and what was dropped is told.
 */
export const exitDueInMs = (
  clock: Clock,
  { journal, dispatcher, receivers, intake, drops }: ExitHost,
): number => {
  drops.look(undefined, 0);
  const { durable } = journal.store;
  if (!durable) for (const pipeline of receivers.pipelines) pipeline.sendUpTo(intake.last);
  if (dispatcher.busy) return 0;
  if (durable && journal.uncommitted === 0) return Number.POSITIVE_INFINITY;
  const now = clock.monotonic();
  const store = durable ? journal.dueAt - now : Number.POSITIVE_INFINITY;
  return receivers.pipelines.reduce(
    (least, { pending, dueAt }) => (pending === 0 ? least : Math.min(least, dueAt - now)),
    store,
  );
};
