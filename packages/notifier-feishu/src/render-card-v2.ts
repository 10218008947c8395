import type { JsonObject } from "@datasync-monitor/core";
import { calling, cardText, plain, templates } from "./card-text.ts";
import { cut, disarmMentions, escapeMarkdown } from "./escape.ts";
import type { Room } from "./fit.ts";
import { errorBytes, factsWithin, inOrder, leftOut, shortBytes, titleOf } from "./parts.ts";
import type { Fact, Look, Story } from "./story.ts";
import { type Words, words } from "./words.ts";

const text = cardText(escapeMarkdown);

// The bot refuses a card for one property that it does not know, so each object is spelled out here: none is
// copied, and none is spread from outside.

/** Takes markup: whatever is not ours was escaped by the caller. */
const markdown = (content: string): JsonObject => ({ tag: "markdown", content });
const paragraph = (content: string): JsonObject => ({ tag: "div", text: plain(content) });

/** In place of the `note` of 1.0: small and grey. */
const note = (content: string): JsonObject => ({
  tag: "div",
  text: { ...plain(content), text_size: "notation", text_color: "grey" },
});

const column = (content: string): JsonObject => ({
  tag: "column",
  width: "weighted",
  weight: 1,
  elements: [markdown(content)],
});

/** On a narrow screen its columns stand one below the other. */
const columnSet = (columns: readonly JsonObject[]): JsonObject => ({
  tag: "column_set",
  flex_mode: "stretch",
  columns,
});

/** A fact as it is shown, and whether it may stand beside another. */
interface Cell {
  readonly content: string;
  readonly short: boolean;
}

const cell = (fact: Fact, room: Room, maxBytes?: number): Cell => ({
  content: text.field(fact, room, maxBytes),
  short: fact.short,
});

/** Two short facts stand side by side, as in 1.0; any other has the width to itself. */
const rows = ([first, second, ...rest]: readonly Cell[]): readonly JsonObject[] => {
  if (first === undefined) return [];
  if (second === undefined) return [markdown(first.content)];
  if (!first.short || !second.short) return [markdown(first.content), ...rows([second, ...rest])];
  return [columnSet([column(first.content), column(second.content)]), ...rows(rest)];
};

const single = (story: Story, room: Room, own: Words): readonly JsonObject[] => {
  const { errors, others, cut: isCut } = factsWithin(story, room);
  const message = cut(story.message, room.textBytes);
  return [
    ...inOrder(
      message,
      message === "" ? [] : [paragraph(message)],
      rows(errors.map((fact) => cell(fact, room, errorBytes))),
    ),
    ...rows([...story.head, ...others].map((fact) => cell(fact, room))),
    ...(isCut ? [note(own.fewerFields)] : []),
    note(cut(story.id, shortBytes)),
  ];
};

const digest = (stories: readonly Story[], room: Room, look: Look): readonly JsonObject[] => {
  const left = leftOut(stories, room, look);
  return [
    ...stories.slice(0, room.events).map((story) => markdown(text.block(story, room))),
    ...(left === undefined ? [] : [note(left)]),
  ];
};

const summaryBytes = 200;

/** The line that stands for the card in the list of chats: its title, and what its gravest event says. */
const summaryOf = (stories: readonly Story[], title: string, room: Room): string => {
  const { message = "", title: name = "" } = stories[0] ?? {};
  const told = message.replaceAll("\n", " ");
  // A message that begins with the title would say it twice, where there is room for a few words.
  const line =
    told.startsWith(name) && title.endsWith(name)
      ? title.slice(0, title.length - name.length) + told
      : [title, told].filter((text) => text !== "").join(" · ");
  return disarmMentions(cut(line, Math.min(summaryBytes, room.textBytes)));
};

/**
 * A card in the 2.0 structure. Clients before 7.20 show its header alone.
 *
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-structure
 */
export const renderCardV2 = (stories: readonly Story[], room: Room, look: Look): JsonObject => {
  const title = titleOf(stories, look);
  const [first, ...others] = stories;
  const alone = others.length === 0 ? first : undefined;
  const elements =
    alone === undefined ? digest(stories, room, look) : single(alone, room, words[look.locale]);
  const called = calling(look);
  return {
    msg_type: "interactive",
    card: {
      schema: "2.0",
      config: { summary: { content: summaryOf(stories, title, room) } },
      header: { template: templates[first?.level ?? "info"], title: plain(title) },
      body: { elements: called === "" ? elements : [...elements, markdown(called)] },
    },
  };
};
