import type { Clock } from "../clock.ts";
import { levels } from "../event.ts";
import type { Claimed } from "../store/store.ts";
import { weigh } from "../store/weight.ts";
import { Batch } from "./batch.ts";
import type { Taken } from "./taken.ts";

const takenAgain = (row: Claimed, clock: Clock): Taken => ({
  event: row.event,
  bytes: weigh(row.event),
  // Older than whatever this process takes.
  seq: 0,
  rank: levels.indexOf(row.event.level),
  since: clock.monotonic() - Math.max(0, clock.now() - row.taken_at),
  fence: row.fence,
  only: null,
  except: null,
});

export interface Restored {
  readonly fresh: readonly Taken[];
  readonly batches: readonly Batch[];
}

/**
 * Open deliveries as a pipeline holds them: those never tried, and batches with the members and key
 * they had. Such a batch may be larger than `batch.maxSize` is by now: its key stands for its members,
 * so it is not cut. Age runs from when an event was first taken.
 *
 * @param longestWaitMs - No batch waits longer for its `next_at`, however the wall clock was moved.
 */
export const restored = (
  claimed: readonly Claimed[],
  clock: Clock,
  longestWaitMs: number,
): Restored => {
  const fresh: Taken[] = [];
  const groups = new Map<string, [Claimed, ...Claimed[]]>();
  for (const row of claimed) {
    if (row.batch_id === null || row.attempts === 0) fresh.push(takenAgain(row, clock));
    else {
      const group = groups.get(row.batch_id);
      if (group === undefined) groups.set(row.batch_id, [row]);
      else group.push(row);
    }
  }
  const batches = [...groups].map(([id, [first, ...rest]]) => {
    const members = rest.map((row) => takenAgain(row, clock));
    const batch = new Batch([takenAgain(first, clock), ...members], id);
    batch.attempts = first.attempts;
    batch.resume = first.resume;
    const waitMs = first.next_at === null ? 0 : first.next_at - clock.now();
    batch.notBefore = clock.monotonic() + Math.min(longestWaitMs, Math.max(0, waitMs));
    return batch;
  });
  return { fresh, batches };
};
