import { type Clock, isoTime } from "./clock.ts";
import type { Receiver } from "./delivery/receiver.ts";
import type { ReceiverStats } from "./stats.ts";

/** One receiver's books and pipeline, as they are now. @param undecided - Events that have not reached its filter. */
export const receiverStats = (
  { name, pipeline }: Receiver,
  undecided: number,
  clock: Clock,
): ReceiverStats => {
  const { ledger, backlog, settings, notifier } = pipeline;
  const { destination } = pipeline.use;
  const { inFlight, overdue } = pipeline.activity;
  const pausedFor = destination.pausedUntil - clock.monotonic();
  const { lastError, lastSuccessAt } = ledger;
  return {
    name,
    notifier: notifier.id,
    taken: ledger.taken + undecided,
    filtered: ledger.filtered,
    delivered: ledger.delivered,
    folded: ledger.folded,
    moved: ledger.moved,
    dropped: { ...ledger.dropped },
    dead: { ...ledger.dead },
    pending: pipeline.pending + undecided,
    queue: {
      events: backlog.events,
      bytes: backlog.bytes,
      max_events: settings.queue.maxEvents,
      max_bytes: settings.queue.maxBytes,
    },
    in_flight: inFlight,
    overdue,
    retrying: backlog.retries.length,
    attempts: { ...ledger.attempts },
    late_successes: ledger.lateSuccesses,
    breaker: destination.breakerState,
    paused_until: pausedFor > 0 ? isoTime(clock.now() + pausedFor) : null,
    last_success_at: lastSuccessAt === null ? null : isoTime(lastSuccessAt),
    last_error: lastError && { ...lastError, at: isoTime(lastError.at) },
  };
};
