import type { Clock } from "./clock.ts";
import type { Dispatcher } from "./delivery/dispatcher.ts";
import { countFates, decided, persist } from "./delivery/drain.ts";
import type { Journal } from "./delivery/journal.ts";
import type { LeaseKeeper } from "./delivery/lease-keeper.ts";
import { type Waits, within } from "./delivery/wait.ts";
import type { DropReporter } from "./drop-reporter.ts";
import type { Intake } from "./intake.ts";
import { closingMs, graceMs, type Receivers } from "./receivers.ts";
import type { FlushReport } from "./registration.ts";

export interface ClosingHost {
  readonly intake: Intake;
  readonly receivers: Receivers;
  readonly drops: DropReporter;
  readonly dispatcher: Dispatcher;
  readonly leaseKeeper: LeaseKeeper;
  readonly journal: Journal;
  readonly waits: Waits;
}

/**
 * Stops intake, drains, commits, releases. The journal gets what is left of the time. Only what a
 * durable store got counts as pending; that is also what was delivered without the store knowing it,
 * for it will be sent again.
 */
export const closeDown = async (
  { intake, receivers, drops, dispatcher, leaseKeeper, journal, waits }: ClosingHost,
  deadlineMs: number,
  clock: Clock,
): Promise<FlushReport> => {
  const endsAt = clock.monotonic() + deadlineMs + graceMs + 2 * closingMs;
  const left = (): number => endsAt - clock.monotonic();
  intake.close();
  const { last } = intake;
  const leaving = [...receivers.all];
  const pipelines = leaving.map(({ pipeline }) => pipeline);
  const fates = countFates(pipelines);
  const drained = await receivers.retire(leaving, { upTo: last, deadlineMs, reason: "closed" });
  // What was emitted while the store wrote is given to it before it closes.
  const decidingMs = Math.max(0, left() - closingMs);
  await decided({ clock, dispatcher, upTo: last.seq, deadlineMs: decidingMs });
  // Where all else has hung, the store has one `closingMs` for both.
  await within(leaseKeeper.releaseAll(), Math.min(closingMs, left() / 2), clock);
  await journal.close(Math.max(closingMs / 2, left()));
  if (dispatcher.unmatchedUpTo(last.seq) > 0)
    await persist({ clock, dispatcher, journal, upTo: last.seq, deadlineMs: closingMs });
  waits.end();
  for (const pipeline of pipelines) pipeline.giveUp();
  drops.look(leaving, 0);
  const { durable } = journal.store;
  const remembered = pipelines.filter(({ settings }) => !settings.once).map(({ name }) => name);
  const unsettled = durable ? journal.unsettled(new Set(remembered)) : 0;
  return {
    ...fates(),
    pending: pipelines.reduce((total, { pending }) => total + pending, unsettled),
    timed_out: drained.timed_out || (durable && journal.uncommitted > 0),
  };
};
