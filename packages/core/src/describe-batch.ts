import { wordsOf } from "./describe-words.ts";
import { levels, type MonitorEvent } from "./event.ts";
import type { Locale } from "./notifier.ts";

/** Several events at a glance: what a digest starts from. Plain text, not escaped for any destination. */
export interface BatchDescription {
  /** The gravest first; those of one level in the order they were given. */
  readonly events: readonly MonitorEvent[];
  /** How many there are of each level, the gravest first: "1 critical, 3 error". */
  readonly counts: string;
  /** "4 events: 1 critical, 3 error". */
  readonly title: string;
}

/** Orders and counts the events of a digest, in English or Chinese. */
export const describeBatch = (
  batch: readonly MonitorEvent[],
  options: { readonly locale?: Locale | undefined } = {},
): BatchDescription => {
  const words = wordsOf(options.locale ?? "en");
  const gravestFirst = levels.toReversed();
  const counts = gravestFirst
    .map((level) => ({ level, count: batch.filter((event) => event.level === level).length }))
    .filter(({ count }) => count > 0)
    .map(({ level, count }) => words.ofLevel(count, words.levels[level]))
    .join(words.betweenItems);
  return {
    events: batch.toSorted((a, b) => gravestFirst.indexOf(a.level) - gravestFirst.indexOf(b.level)),
    counts,
    title: words.events(batch.length, counts),
  };
};
