import { type Clock, hourMs, type Timer } from "./clock.ts";
import type { Journal } from "./delivery/journal.ts";
import { storeAnswerMs } from "./delivery/retry.ts";
import type { Waits } from "./delivery/wait.ts";

export interface RetentionHost {
  readonly clock: Clock;
  readonly waits: Waits;
  readonly journal: Journal;
  readonly limits: () => { readonly historyMs: number; readonly historyEvents: number };
}

const everyMs = 60_000;
/** What is deleted at once: little enough not to block the loop. */
const chunk = 500;
/** The rest waits for the next time, so that deleting never takes the store's whole time. */
const maxChunks = 40;

/** A wall clock that leaps ahead so far at once is not believed before so long. What it has deleted would be gone when it is set right. */
const doubtMs = hourMs;

/** Answers, whenever it is asked, whether the wall clock has leapt ahead lately, and has not been set back since. */
const leaps = (clock: Clock): (() => boolean) => {
  const ahead = (): number => clock.now() - clock.monotonic();
  let believed = ahead();
  let doubtedAt: number | undefined;
  return () => {
    const now = clock.monotonic();
    const isAhead = ahead();
    if (isAhead <= believed + doubtMs) doubtedAt = undefined;
    else if (now - (doubtedAt ??= now) < doubtMs) return true;
    believed = isAhead;
    return false;
  };
};

/** Has a durable store forget what is settled and too old, or one too many. Answers how to stop. */
export const keepRetention = ({ clock, waits, journal, limits }: RetentionHost): (() => void) => {
  let timer: Timer | undefined;
  let stopped = false;
  const leapt = leaps(clock);
  const prune = async (): Promise<void> => {
    for (let chunks = 0; chunks < maxChunks; chunks += 1) {
      const { historyMs, historyEvents: maxEvents } = limits();
      const before = clock.now() - historyMs;
      if (leapt() || !journal.isOpen || journal.failing || !journal.store.durable) return;
      const pruning = (async () => journal.store.prune({ before, maxEvents, chunk }))();
      if ((await waits.answered(pruning, storeAnswerMs)) < chunk) return;
    }
  };
  const arm = (): void => {
    if (stopped) return;
    timer = clock.setTimer(everyMs, () => {
      // A store that fails at this fails at writing too, which is reported.
      void prune().then(arm, arm);
    });
  };
  arm();
  return () => {
    stopped = true;
    timer?.cancel();
  };
};
