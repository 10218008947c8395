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

/** A wall clock that leaps ahead so far is not believed at once: what it has deleted would be gone when it is set right. */
const leapMs = hourMs;
const doubtfulRounds = 60;

/** Has a durable store forget what is settled and too old, or one too many. Answers how to stop. */
export const keepRetention = ({ clock, waits, journal, limits }: RetentionHost): (() => void) => {
  let timer: Timer | undefined;
  let stopped = false;
  const ahead = (): number => clock.now() - clock.monotonic();
  let believed = ahead();
  let doubts = 0;
  const isDoubtful = (): boolean => {
    doubts = ahead() > believed + leapMs ? doubts + 1 : 0;
    if (doubts > 0 && doubts <= doubtfulRounds) return true;
    believed = ahead();
    return false;
  };
  const prune = async (): Promise<void> => {
    if (isDoubtful()) return;
    for (let chunks = 0; chunks < maxChunks; chunks += 1) {
      const { historyMs, historyEvents: maxEvents } = limits();
      const before = clock.now() - historyMs;
      if (!journal.isOpen || journal.failing || !journal.store.durable) return;
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
