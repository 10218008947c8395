import type { EventLevel } from "@datasync-monitor/core";
import { cut } from "./escape.ts";
import type { Look, Story } from "./story.ts";
import { words } from "./words.ts";

/** Bytes of a title, a label or a field's value. */
export const shortBytes = 600;

const ranked: readonly EventLevel[] = ["info", "warning", "error", "critical"];

/** The level that colours a digest. */
export const highestLevel = (stories: readonly Story[]): EventLevel =>
  ranked[Math.max(0, ...stories.map((story) => ranked.indexOf(story.level)))] ?? "info";

/** The keyword in front, unless the text holds it already: the bot drops what lacks one of its keywords. */
export const withKeyword = (text: string, keyword: string | undefined, between: string): string =>
  keyword === undefined || text.includes(keyword) ? text : `${keyword}${between}${text}`;

/** The one event's headline, or how many there are. */
export const titleOf = (stories: readonly Story[], look: Look): string => {
  const [first] = stories;
  const title =
    stories.length === 1 && first !== undefined
      ? cut(first.headline, shortBytes)
      : words[look.locale].events(stories.length);
  return withKeyword(title, look.keyword, " ");
};
