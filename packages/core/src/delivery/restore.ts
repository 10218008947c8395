import { levels } from "../event.ts";
import type { Claimed } from "../store/store.ts";
import { Batch } from "./batch.ts";
import type { Taken } from "./taken.ts";

/** What an event that comes back from a store weighs; its size was bounded when it was taken. */
const restoredBytes = 1_024;

const takenAgain = (row: Claimed, since: number): Taken => ({
  event: row.event,
  bytes: restoredBytes + 2 * row.event.message.length,
  // Older than whatever this process takes.
  seq: 0,
  rank: levels.indexOf(row.event.level),
  since,
  fence: row.fence,
  only: null,
  except: null,
});

/** Open deliveries as a pipeline holds them: those never tried, and batches with the members and key they had. */
export const restored = (
  claimed: readonly Claimed[],
  since: number,
): { readonly fresh: readonly Taken[]; readonly batches: readonly Batch[] } => {
  const fresh: Taken[] = [];
  const groups = new Map<string, [Claimed, ...Claimed[]]>();
  for (const row of claimed) {
    if (row.batch_id === null || row.attempts === 0) fresh.push(takenAgain(row, since));
    else {
      const group = groups.get(row.batch_id);
      if (group === undefined) groups.set(row.batch_id, [row]);
      else group.push(row);
    }
  }
  const batches = [...groups].map(([id, [first, ...rest]]) => {
    const members = rest.map((row) => takenAgain(row, since));
    const batch = new Batch([takenAgain(first, since), ...members], id);
    batch.attempts = first.attempts;
    batch.resume = first.resume;
    return batch;
  });
  return { fresh, batches };
};
