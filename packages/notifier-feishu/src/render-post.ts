import type { JsonObject, JsonValue } from "@datasync-monitor/core";
import { cut, disarmMentions } from "./escape.ts";
import type { Room } from "./fit.ts";
import {
  errorBytes,
  factsWithin,
  inOrder,
  isLong,
  leftOut,
  originOf,
  shortBytes,
  titleOf,
  valueBytes,
} from "./parts.ts";
import type { Fact, Look, Story } from "./story.ts";
import { type Words, words } from "./words.ts";

/** Rich text in one language; the vendor's name for it. */
const languages = { "zh-CN": "zh_cn", en: "en_us" } as const;

/** Continued lines are indented, so that a message cannot pass for a field. */
const indent = (text: string) => text.replaceAll("\n", "\n    ");

/** Several lines stand below their label, one under the other. */
const line = ({ label, value }: Fact, room: Room, maxBytes: number): string => {
  const shown = cut(value, Math.min(maxBytes, room.textBytes));
  return `${cut(label, shortBytes)}:${indent(shown.includes("\n") ? `\n${shown}` : ` ${shown}`)}`;
};

const single = (story: Story, room: Room, own: Words): readonly string[] => {
  const { errors, others, cut: isCut } = factsWithin(story, room);
  const message = cut(story.message, room.textBytes);
  const wrong = errors.map((fact) => line(fact, room, errorBytes));
  const isBelow = wrong.length > 0 && isLong(message);
  const told = indent(isBelow ? `${own.message}: ${message}` : message);
  return [
    ...inOrder(message, [told], wrong),
    ...story.head.map((fact) => line(fact, room, valueBytes)),
    ...others.map((fact) => line(fact, room, valueBytes)),
    isCut ? own.fewerFields : "",
    `${own.eventId}: ${cut(story.id, shortBytes)}`,
  ];
};

const block = (story: Story, room: Room): readonly string[] => {
  const { errors, others, cut: isCut } = factsWithin(story, room);
  const facts = others.map((fact) => line(fact, room, shortBytes).replace(/\n */g, " "));
  const message = cut(story.message, room.textBytes);
  const wrong = errors.map((fact) => line(fact, room, errorBytes));
  const told = [
    ...inOrder(message, [message], wrong),
    [...facts, ...(isCut ? ["…"] : [])].join(" · "),
    cut(story.id, shortBytes),
  ];
  return [
    `${cut(story.headline, shortBytes)} · ${cut(originOf(story, story.time), shortBytes)}`,
    ...told.map((text) => indent(`    ${text}`)),
  ];
};

/** A line break of its own sets each event apart: an empty paragraph might be refused. */
const digest = (stories: readonly Story[], room: Room, look: Look): readonly string[] => {
  const [first = [], ...blocks] = stories.slice(0, room.events).map((story) => block(story, room));
  const left = leftOut(stories, room, look);
  return [
    ...first,
    ...[...blocks, ...(left === undefined ? [] : [[left]])].flatMap(([head = "", ...told]) => [
      `\n${head}`,
      ...told,
    ]),
  ];
};

/** Rich text made of `text` tags alone, which read no markup. */
export const renderPost = (stories: readonly Story[], room: Room, look: Look): JsonObject => {
  const [first, ...others] = stories;
  const lines =
    first !== undefined && others.length === 0
      ? single(first, room, words[look.locale])
      : digest(stories, room, look);
  const content: JsonValue[] = lines
    .filter((text) => text.trim() !== "")
    .map((text) => [{ tag: "text", text: disarmMentions(text) }]);
  if (look.mentions.length > 0) {
    content.push(look.mentions.map((id) => ({ tag: "at", user_id: id })));
  }
  return {
    msg_type: "post",
    content: {
      post: {
        [languages[look.locale]]: { title: disarmMentions(titleOf(stories, look)), content },
      },
    },
  };
};
