import type { Clock } from "../clock.ts";
import type { FlushReport } from "../registration.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Journal } from "./journal.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Mark } from "./taken.ts";
import { within } from "./wait.ts";

export interface DrainOptions extends TurnWait {
  /** Whose events are waited for. */
  readonly pipelines: readonly Pipeline[];
  /** The last event that is waited for. */
  readonly upTo: Mark;
  /** Give up at once when nothing can happen before the deadline. */
  readonly impatient: boolean;
}

const fatesOf = (pipelines: readonly Pipeline[]) => {
  const fates = { delivered: 0, dropped: 0, dead: 0 };
  for (const { ledger } of pipelines) {
    fates.delivered += ledger.delivered;
    fates.dropped += ledger.drops;
    fates.dead += ledger.deaths;
  }
  return fates;
};

/** Answers, whenever it is asked, how many fates these have counted since now. */
export const countFates = (pipelines: readonly Pipeline[]) => {
  const before = fatesOf(pipelines);
  return () => {
    const { delivered, dropped, dead } = fatesOf(pipelines);
    return {
      delivered: delivered - before.delivered,
      dropped: dropped - before.dropped,
      dead: dead - before.dead,
    };
  };
};

/** Waits until all that was taken up to some event has its fate, or the deadline. Never rejects. */
export const drain = async (options: DrainOptions): Promise<FlushReport> => {
  const { clock, dispatcher, pipelines, upTo, deadlineMs, impatient } = options;
  const fates = countFates(pipelines);
  const endsAt = clock.monotonic() + deadlineMs;
  if (deadlineMs > 0) for (const pipeline of pipelines) pipeline.sendUpTo(upTo);
  const watches = pipelines.map(({ backlog }) => backlog.stored.watch(upTo));
  const pending = (): number =>
    pipelines.reduce(
      (sum, { backlog }) => sum + backlog.countUpTo(upTo),
      watches.reduce((sum, { left }) => sum + left, dispatcher.unmatchedUpTo(upTo.seq)),
    );
  /** Asked at every turn, where counting would cost as much as there waits. */
  const anyLeft = (): boolean =>
    dispatcher.holdsUpTo(upTo.seq) ||
    watches.some(({ left }) => left > 0) ||
    pipelines.some(({ backlog }) => backlog.holdsUpTo(upTo));
  const hopeless = (): boolean =>
    impatient &&
    !dispatcher.busy &&
    pipelines.every((pipeline) => pipeline.pending === 0 || pipeline.dueAt > endsAt);

  await untilTurn(options, () => !anyLeft() || hopeless());
  const left = pending();
  for (const watch of watches) watch.stop();
  return { ...fates(), pending: left, timed_out: left > 0 };
};

/** `drain`, and then waits until the store knows those fates, too, unless it fails. */
export const flush = async (
  options: DrainOptions & { readonly journal: Journal },
): Promise<FlushReport> => {
  const { clock, journal, deadlineMs } = options;
  const endsAt = clock.monotonic() + deadlineMs;
  const report = await drain(options);
  const writing = journal.write([]);
  if (writing !== undefined) await within(writing, endsAt - clock.monotonic(), clock);
  return report;
};

export interface TurnWait {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly deadlineMs: number;
}

/** Asks now and after every turn until it is so, or the deadline; answers whether it is. Never rejects. */
export const untilTurn = (
  { clock, dispatcher, deadlineMs }: TurnWait,
  isSo: () => boolean,
): Promise<boolean> =>
  new Promise((resolve) => {
    const finish = (answer: boolean): void => {
      stop();
      timer?.cancel();
      resolve(answer);
    };
    const look = (): void => {
      if (isSo()) finish(true);
    };
    const stop = dispatcher.onTurn(look);
    const ends = deadlineMs < Number.POSITIVE_INFINITY;
    const timer = ends ? clock.setTimer(deadlineMs, () => finish(false)) : undefined;
    look();
  });

export interface DecidedOptions extends TurnWait {
  /** The last event that is waited for, in order of emission. */
  readonly upTo: number;
}

/** Waits until all that was taken up to some event has reached its receivers and the journal, or the deadline; answers whether it has. Never rejects. */
export const decided = (options: DecidedOptions): Promise<boolean> =>
  untilTurn(options, () => !options.dispatcher.holdsUpTo(options.upTo));

export interface PersistOptions extends DecidedOptions {
  readonly journal: Journal;
}

/**
 * Waits until all that was taken up to some event is written, and what became of any so far, or the
 * deadline; answers whether it is. What becomes of those events is not waited for. Never rejects.
 */
export const persist = async (options: PersistOptions): Promise<boolean> => {
  const { clock, journal, deadlineMs } = options;
  const { known } = journal;
  const endsAt = clock.monotonic() + deadlineMs;
  if (!(await decided(options))) return false;
  let isWritten = false;
  const writing = journal.written(known).then((written) => {
    isWritten = written;
  });
  await within(writing, endsAt - clock.monotonic(), clock);
  return isWritten;
};
