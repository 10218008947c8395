import type { JsonObject } from "@datasync-monitor/core";
import { calling, cardText, plain, templates } from "./card-text.ts";
import { cut, escapeMarkup } from "./escape.ts";
import type { Room } from "./fit.ts";
import { errorBytes, factsWithin, isLong, leftOut, shortBytes, titleOf } from "./parts.ts";
import type { Fact, Look, Story } from "./story.ts";
import { type Words, words } from "./words.ts";

const text = cardText(escapeMarkup);

/** Takes markup: whatever is not ours was escaped by the caller. */
const markup = (content: string): JsonObject => ({ tag: "lark_md", content });
const paragraph = (inner: JsonObject): JsonObject => ({ tag: "div", text: inner });
const note = (content: string): JsonObject => ({ tag: "note", elements: [plain(content)] });

const field = (fact: Fact, room: Room, maxBytes?: number): JsonObject => ({
  is_short: fact.short,
  text: markup(text.field(fact, room, maxBytes)),
});

const grid = (fields: readonly JsonObject[]): readonly JsonObject[] =>
  fields.length === 0 ? [] : [{ tag: "div", fields }];

const single = (story: Story, room: Room, own: Words): readonly JsonObject[] => {
  const { errors, others, cut: isCut } = factsWithin(story, room);
  const message = cut(story.message, room.textBytes);
  const wrong = errors.map((fact) => field(fact, room, errorBytes));
  const [above, below] = isLong(message) ? [wrong, []] : [[], wrong];
  return [
    ...grid(above),
    ...(message === "" ? [] : [paragraph(plain(message))]),
    ...grid([...below, ...[...story.head, ...others].map((fact) => field(fact, room))]),
    ...(isCut ? [note(own.fewerFields)] : []),
    note(cut(story.id, shortBytes)),
  ];
};

const digest = (stories: readonly Story[], room: Room, look: Look): readonly JsonObject[] => {
  const left = leftOut(stories, room, look);
  return [
    ...stories.slice(0, room.events).map((story) => paragraph(markup(text.block(story, room)))),
    ...(left === undefined ? [] : [note(left)]),
  ];
};

/** A card in the 1.0 structure, which every client shows. */
export const renderCard = (stories: readonly Story[], room: Room, look: Look): JsonObject => {
  const [first, ...others] = stories;
  const elements =
    first !== undefined && others.length === 0
      ? single(first, room, words[look.locale])
      : digest(stories, room, look);
  const called = calling(look);
  return {
    msg_type: "interactive",
    card: {
      config: { wide_screen_mode: true },
      header: { template: templates[first?.level ?? "info"], title: plain(titleOf(stories, look)) },
      elements: called === "" ? elements : [...elements, paragraph(markup(called))],
    },
  };
};
