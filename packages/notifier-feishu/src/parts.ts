import { describeBatch } from "@datasync-monitor/core";
import { cut, cutMiddle } from "./escape.ts";
import type { Room } from "./fit.ts";
import type { Fact, Look, Story } from "./story.ts";
import { words } from "./words.ts";

/** Bytes of a title, a label, or a field's value in a digest. */
export const shortBytes = 600;

/** Bytes of a field's value where the event is alone: enough for a list to end as `describe()` ends it. */
export const valueBytes = 1_500;

/** Bytes of what went wrong: as much as `describe()` gives. */
export const errorBytes = 4_000;

/** What there is room to say of an event beside its message. */
export interface ShownFacts {
  readonly errors: readonly Fact[];
  readonly others: readonly Fact[];
  /** Whether there is more. */
  readonly cut: boolean;
}

/** Errors come first, and stay when no other field does; they are cut already. */
export const factsWithin = ({ errors, facts }: Story, { fields, textBytes }: Room): ShownFacts => {
  const others = facts.slice(0, Math.max(0, fields - errors.length));
  const most = Math.min(errorBytes, textBytes);
  return {
    errors: errors.map((error) => ({ ...error, value: cutMiddle(error.value, most) })),
    others,
    cut: others.length < facts.length,
  };
};

const screenfulBytes = 600;
const screenfulLines = 10;

/** Whether a message pushes what stands below it off a phone's screen. */
export const isLong = (shown: string): boolean =>
  Buffer.byteLength(shown) > screenfulBytes || shown.split("\n").length > screenfulLines;

/** A message and what went wrong, in the order in which both are seen. */
export const inOrder = <T>(
  shown: string,
  message: readonly T[],
  errors: readonly T[],
): readonly T[] => (isLong(shown) ? [...errors, ...message] : [...message, ...errors]);

const longestService = 120;

/** Where and when, on the line of the headline. An own type is its own headline, and is not repeated. */
export const originOf = ({ service, type, headline }: Story, time: string): string =>
  [cut(service, longestService), ...(headline.endsWith(` ${type}`) ? [] : [type]), time].join(
    " · ",
  );

/** The keyword in front, unless the text holds it already: the bot drops what lacks one of its keywords. */
export const withKeyword = (text: string, keyword: string | undefined, between: string): string =>
  keyword === undefined || text.includes(keyword) ? text : `${keyword}${between}${text}`;

const eventsOf = (stories: readonly Story[]) => stories.map(({ event }) => event);

/** How many there are of each level. */
export const countOf = (stories: readonly Story[], look: Look): string =>
  describeBatch(eventsOf(stories), look).title;

/** The one event's headline, or how many there are of each level. */
export const titleOf = (stories: readonly Story[], look: Look): string => {
  const [first] = stories;
  const title =
    stories.length === 1 && first !== undefined
      ? cut(first.headline, shortBytes)
      : countOf(stories, look);
  return withKeyword(title, look.keyword, " ");
};

/** What a digest ends with where not all of its events found room. */
export const leftOut = (stories: readonly Story[], room: Room, look: Look): string | undefined => {
  const left = stories.slice(room.events);
  return left.length === 0
    ? undefined
    : words[look.locale].moreEvents(left.length, describeBatch(eventsOf(left), look).counts);
};
