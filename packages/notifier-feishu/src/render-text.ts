import type { JsonObject } from "@datasync-monitor/core";
import { cut, disarmTags, printable } from "./escape.ts";
import type { Room } from "./fit.ts";
import {
  countOf,
  errorBytes,
  factsWithin,
  inOrder,
  leftOut,
  originOf,
  shortBytes,
  withKeyword,
} from "./parts.ts";
import type { Fact, Look, Story } from "./story.ts";
import { type Words, words } from "./words.ts";

/** Continued lines are indented, so that a message cannot pass for another line. */
const indent = (text: string) => text.replaceAll("\n", "\n    ");

/** As the event has it, in UTC. */
const timeOf = ({ event }: Story): string => cut(printable(event.timestamp), shortBytes);

const line = ({ label, value }: Fact, room: Room): string =>
  `${cut(label, shortBytes)}: ${indent(cut(value, Math.min(errorBytes, room.textBytes)))}`;

const errorLines = (story: Story, room: Room): readonly string[] =>
  factsWithin(story, room).errors.map((fact) => line(fact, room));

const single = (story: Story, room: Room, own: Words): string => {
  const message = cut(story.message, room.textBytes);
  const told = [`${own.message}: ${indent(message)}`, `${own.time}: ${timeOf(story)}`];
  return [
    own.heading,
    `${own.event}: ${cut(story.type, shortBytes)}`,
    `${own.level}: ${story.level}`,
    ...inOrder(message, told, errorLines(story, room)),
  ].join("\n");
};

const block = (story: Story, room: Room): string => {
  const message = cut(story.message, room.textBytes);
  const told = [
    ...inOrder(message, [message], errorLines(story, room)),
    cut(story.id, shortBytes),
  ].filter((text) => text !== "");
  return [
    `${cut(story.headline, shortBytes)} · ${cut(originOf(story, timeOf(story)), shortBytes)}`,
    ...told.map((text) => indent(`    ${text}`)),
  ].join("\n");
};

const digest = (stories: readonly Story[], room: Room, look: Look): string => {
  const own = words[look.locale];
  const left = leftOut(stories, room, look);
  return [
    `${own.heading}\n${countOf(stories, look)}`,
    ...stories.slice(0, room.events).map((story) => block(story, room)),
    ...(left === undefined ? [] : [left]),
  ].join("\n\n");
};

/** Plain text: the guide's five lines, and what went wrong if the event says it; a batch is counted, then told event by event. */
export const renderText = (stories: readonly Story[], room: Room, look: Look): JsonObject => {
  const [first, ...others] = stories;
  const told =
    first !== undefined && others.length === 0
      ? single(first, room, words[look.locale])
      : digest(stories, room, look);
  const text = withKeyword(disarmTags(told), look.keyword, "\n");
  const called = look.mentions.map((id) => `<at user_id="${id}"></at>`).join(" ");
  return { msg_type: "text", content: { text: called === "" ? text : `${text}\n${called}` } };
};
