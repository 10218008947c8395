import type { JsonObject } from "@datasync-monitor/core";
import { cut, disarmTags, printable } from "./escape.ts";
import type { Room } from "./fit.ts";
import { shortBytes, withKeyword } from "./parts.ts";
import type { Look, Story } from "./story.ts";
import { type Words, words } from "./words.ts";

/** Continued lines are indented, so that a message cannot pass for another line. */
const indent = (text: string) => text.replaceAll("\n", "\n    ");

const lines = ({ event, message }: Story, room: Room, own: Words): string =>
  [
    `${own.event}: ${cut(printable(event.event_type), shortBytes)}`,
    `${own.level}: ${event.level}`,
    `${own.message}: ${indent(cut(message, room.textBytes))}`,
    `${own.time}: ${cut(printable(event.timestamp), shortBytes)}`,
  ].join("\n");

/** Plain text in the guide's five lines; a batch is counted, then told event by event. */
export const renderText = (stories: readonly Story[], room: Room, look: Look): JsonObject => {
  const own = words[look.locale];
  const [first, ...others] = stories;
  const left = stories.length - Math.min(room.events, stories.length);
  const told =
    first !== undefined && others.length === 0
      ? `${own.heading}\n${lines(first, room, own)}`
      : [
          `${own.heading}\n${own.events(stories.length)}`,
          ...stories.slice(0, room.events).map((story) => lines(story, room, own)),
          ...(left > 0 ? [own.moreEvents(left)] : []),
        ].join("\n\n");
  const text = withKeyword(disarmTags(told), look.keyword, "\n");
  const called = look.mentions.map((id) => `<at user_id="${id}"></at>`).join(" ");
  return { msg_type: "text", content: { text: called === "" ? text : `${text}\n${called}` } };
};
