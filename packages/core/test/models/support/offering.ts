import type { QueueLimits } from "../../../src/delivery/queue.ts";

/** What the model of a queue knows of an event. */
export interface Item {
  readonly id: string;
  /** Index of its level, least first. */
  readonly rank: number;
  readonly bytes: number;
}

const bytesOf = (items: readonly Item[]): number =>
  items.reduce((sum, { bytes }) => sum + bytes, 0);

/** Who must make room next, by each policy; undefined: nobody may be made to. */
const nextVictim = (
  waiting: readonly Item[],
  item: Item,
  { overflow }: QueueLimits,
): Item | undefined => {
  if (overflow === "drop-newest") return undefined;
  if (overflow === "drop-oldest") return waiting[0];
  const lowest = Math.min(...waiting.map(({ rank }) => rank));
  return lowest > item.rank ? undefined : waiting.find(({ rank }) => rank === lowest);
};

/**
 * What a bounded queue does with one more event, on plain arrays: who is dropped, and who waits then.
 *
 * @param held - In flight, or waiting for a retry: counts against the bounds, and is never dropped for room.
 */
export const offer = (
  waiting: readonly Item[],
  held: readonly Item[],
  item: Item,
  limits: QueueLimits,
): { readonly waiting: readonly Item[]; readonly dropped: readonly Item[] } => {
  const fits = (others: readonly Item[]): boolean =>
    others.length + held.length < limits.maxEvents &&
    bytesOf(others) + bytesOf(held) + item.bytes <= limits.maxBytes;
  const dropped: Item[] = [];
  let left = waiting;
  while (!fits(left)) {
    const victim = left.length === 0 ? undefined : nextVictim(left, item, limits);
    // Nothing is dropped for the sake of what cannot come in.
    if (victim === undefined) return { waiting, dropped: [item] };
    dropped.push(victim);
    left = left.filter((one) => one !== victim);
  }
  return { waiting: [...left, item], dropped };
};
