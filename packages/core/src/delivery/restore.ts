import type { Clock } from "../clock.ts";
import { levels } from "../event.ts";
import type { Claimed } from "../store/store.ts";
import { weigh } from "../store/weight.ts";
import { Batch, batchId, isWhole, type Members } from "./batch.ts";
import { comeBack, leftByOthers, type Taken } from "./taken.ts";

const takenAgain = (row: Claimed, { clock, ours }: RestoreOptions): Taken => ({
  event: row.event,
  bytes: weigh(row.event),
  seq: ours.has(row.event_id) ? comeBack : leftByOthers,
  rank: levels.indexOf(row.event.level),
  since: clock.monotonic() - Math.max(0, clock.now() - row.taken_at),
  fence: row.fence,
  only: null,
  except: null,
});

export interface Restored {
  readonly fresh: readonly Taken[];
  readonly batches: readonly Batch[];
  /** Monotonic: until then the destination has asked for rest. */
  readonly restsUntil: number;
}

type Group = readonly [Claimed, ...Claimed[]];

/** By emission: rows come in the order of arrival, which is another where processes wrote at the same time. */
const byId = (one: Claimed, other: Claimed): number => (one.event_id < other.event_id ? -1 : 1);

/** Rows that travelled together, in the order in which they did, by the id they had; those never tried are in none. */
const grouped = (claimed: readonly Claimed[]): ReadonlyMap<string, Group> => {
  const groups = new Map<string, [Claimed, ...Claimed[]]>();
  for (const row of [...claimed].sort(byId)) {
    if (row.batch_id === null || row.attempts === 0) continue;
    const group = groups.get(row.batch_id);
    if (group === undefined) groups.set(row.batch_id, [row]);
    else group.push(row);
  }
  return groups;
};

const isTorn = ([id, group]: readonly [string, Group]): boolean =>
  !isWhole(
    id,
    group.map(({ event_id }) => event_id),
  );

/** Of these the rows whose batch has members that are not among them. */
export const tornFrom = (claimed: readonly Claimed[]): readonly Claimed[] =>
  [...grouped(claimed)].filter(isTorn).flatMap(([, group]) => group);

export interface RestoreOptions {
  readonly clock: Clock;
  readonly nextId: () => string;
  /** By event id, those that this process had before. */
  readonly ours: ReadonlySet<string>;
  /** No batch waits longer for its `next_at`, however the wall clock was moved: after a failure, and where the destination asked for it. */
  readonly capMs: number;
  readonly longestWaitMs: number;
  /** How many events the notifier can take at once. */
  readonly maxBatchSize: number;
}

/**
 * Open deliveries as a pipeline holds them: those never tried, and batches with the members and key
 * they had. Such a batch may be larger than `batch.maxSize` is by now: its key stands for its members,
 * so it is not cut, unless the notifier cannot take so many. Parts, and members without the others,
 * get a new key, for a receiver that has seen a key drops whatever else comes under it. Age runs
 * from when an event was first taken.
 */
export const restored = (claimed: readonly Claimed[], options: RestoreOptions): Restored => {
  const { clock, nextId, maxBatchSize } = options;
  const fresh = claimed
    .filter(({ batch_id, attempts }) => batch_id === null || attempts === 0)
    .map((row) => takenAgain(row, options));
  const batches = [...grouped(claimed)].flatMap(([id, group]) => {
    const keepsId = group.length <= maxBatchSize && !isTorn([id, group]);
    const waitMs = waitOf(group[0], options);
    return parts(group, maxBatchSize).map((part) => {
      const [first, ...rest] = part;
      const others = rest.map((row) => takenAgain(row, options));
      const members: Members = [takenAgain(first, options), ...others];
      const batch = new Batch(members, keepsId ? id : batchId(members, nextId));
      batch.attempts = first.attempts;
      batch.resume = first.resume;
      batch.lastError = first.last_error;
      batch.notBefore = clock.monotonic() + waitMs;
      return batch;
    });
  });
  const rests = batches.filter(({ lastError }) => lastError?.code === restful);
  const restsUntil = Math.max(...rests.map(({ notBefore }) => notBefore));
  return { fresh, batches, restsUntil };
};

const restful = "rate-limited";

const waitOf = (
  { next_at, last_error }: Claimed,
  { clock, capMs, longestWaitMs }: RestoreOptions,
): number => {
  const most = last_error?.code === restful ? longestWaitMs : capMs;
  return next_at === null ? 0 : Math.min(most, Math.max(0, next_at - clock.now()));
};

/** At most so many in each, in order. */
const parts = (group: Group, most: number): readonly Group[] => {
  const found: Group[] = [];
  for (let from = 0; from < group.length; from += most) {
    const [first, ...rest] = group.slice(from, from + most);
    if (first !== undefined) found.push([first, ...rest]);
  }
  return found;
};
