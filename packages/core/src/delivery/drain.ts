import type { Clock } from "../clock.ts";
import type { FlushReport } from "../registration.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Journal } from "./journal.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Mark } from "./taken.ts";

export interface DrainOptions {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  /** Whose events are waited for. */
  readonly pipelines: readonly Pipeline[];
  /** The last event that is waited for. */
  readonly upTo: Mark;
  readonly deadlineMs: number;
  /** Give up at once when nothing can happen before the deadline. */
  readonly impatient: boolean;
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** How many fates these have counted so far. */
export const fatesAt = (
  pipelines: readonly Pipeline[],
): { delivered: number; dropped: number; dead: number } => ({
  delivered: pipelines.reduce((total, { ledger }) => total + ledger.delivered, 0),
  dropped: pipelines.reduce((total, { ledger }) => total + sum(ledger.dropped), 0),
  dead: pipelines.reduce((total, { ledger }) => total + sum(ledger.dead), 0),
});

/** Waits until all that was taken up to some event has its fate, or the deadline. Never rejects. */
export const drain = (options: DrainOptions): Promise<FlushReport> => {
  const { clock, dispatcher, pipelines, upTo, deadlineMs, impatient } = options;
  const before = fatesAt(pipelines);
  const endsAt = clock.monotonic() + deadlineMs;
  const shelved = pipelines.map(({ backlog }) => backlog.shelf.watch(upTo));
  const pending = (): number =>
    pipelines.reduce(
      (total, { backlog }) => total + backlog.countUpTo(upTo),
      shelved.reduce((total, { left }) => total + left, dispatcher.unmatchedUpTo(upTo.seq)),
    );
  /** Asked at every turn, where counting would cost as much as there waits. */
  const anyLeft = (): boolean =>
    dispatcher.holdsUpTo(upTo.seq) ||
    shelved.some(({ left }) => left > 0) ||
    pipelines.some(({ backlog }) => backlog.holdsUpTo(upTo));
  const hopeless = (): boolean =>
    impatient &&
    !dispatcher.busy &&
    pipelines.every((pipeline) => pipeline.pending === 0 || pipeline.dueAt > endsAt);

  return new Promise((resolve) => {
    const finish = (): void => {
      stop();
      timer.cancel();
      const now = fatesAt(pipelines);
      const left = pending();
      for (const watch of shelved) watch.stop();
      resolve({
        delivered: now.delivered - before.delivered,
        dropped: now.dropped - before.dropped,
        dead: now.dead - before.dead,
        pending: left,
        timed_out: left > 0,
      });
    };
    const look = (): void => {
      if (!anyLeft() || hopeless()) finish();
    };
    const stop = dispatcher.onTurn(look);
    const timer = clock.setTimer(deadlineMs, finish);
    look();
  });
};

export interface DecidedOptions {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  /** The last event that is waited for, in order of emission. */
  readonly upTo: number;
  readonly deadlineMs: number;
}

/** Waits until all that was taken up to some event has reached its receivers and the journal, or the deadline. Never rejects. */
export const decided = (options: DecidedOptions): Promise<void> => {
  const { clock, dispatcher, upTo, deadlineMs } = options;
  return new Promise((resolve) => {
    const finish = (): void => {
      stop();
      timer.cancel();
      resolve();
    };
    const look = (): void => {
      if (!dispatcher.holdsUpTo(upTo)) finish();
    };
    const stop = dispatcher.onTurn(look);
    const timer = clock.setTimer(deadlineMs, finish);
    look();
  });
};

export interface PersistOptions extends DecidedOptions {
  readonly journal: Journal;
}

/** Waits until all that was taken up to some event is written, or the deadline; answers whether it is. Never rejects. */
export const persist = (options: PersistOptions): Promise<boolean> => {
  const { clock, dispatcher, journal, upTo, deadlineMs } = options;
  return new Promise((resolve) => {
    const finish = (written: boolean): void => {
      stop();
      timer.cancel();
      resolve(written);
    };
    const look = (): void => {
      if (dispatcher.holdsUpTo(upTo)) return;
      stop();
      void journal.written().then(finish);
    };
    const stop = dispatcher.onTurn(look);
    const timer = clock.setTimer(deadlineMs, () => finish(false));
    look();
  });
};
