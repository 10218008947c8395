import type { JsonObject } from "@datasync-monitor/core";
import { calling, cardText, plain, templates } from "./card-text.ts";
import { cut, disarmMentions, escapeMarkdown } from "./escape.ts";
import type { Room } from "./fit.ts";
import { highestLevel, shortBytes, titleOf } from "./parts.ts";
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

/** Two short facts stand side by side, as in 1.0; any other has the width to itself. */
const rows = (facts: readonly Fact[], room: Room): readonly JsonObject[] => {
  const [first, second] = facts;
  if (first === undefined) return [];
  if (second === undefined || !first.short || !second.short) {
    return [markdown(text.field(first, room)), ...rows(facts.slice(1), room)];
  }
  const columns = [column(text.field(first, room)), column(text.field(second, room))];
  return [{ tag: "column_set", columns }, ...rows(facts.slice(2), room)];
};

const single = (story: Story, room: Room, own: Words): readonly JsonObject[] => [
  ...(story.message === "" ? [] : [paragraph(cut(story.message, room.textBytes))]),
  ...rows([...story.head, ...story.facts.slice(0, room.fields)], room),
  ...(story.facts.length > room.fields ? [note(own.fewerFields)] : []),
  note(cut(story.event.id, shortBytes)),
];

const digest = (stories: readonly Story[], room: Room, own: Words): readonly JsonObject[] => {
  const shown = stories.slice(0, room.events);
  const left = stories.length - shown.length;
  return [
    ...shown.map((story) => markdown(text.block(story, room))),
    ...(left > 0 ? [note(own.moreEvents(left))] : []),
  ];
};

const summaryBytes = 200;

/** The line that stands for the card in the list of chats: its title, and what its gravest event says. */
const summaryOf = (stories: readonly Story[], title: string, room: Room): string => {
  const worst = highestLevel(stories);
  const message = stories.find(({ level }) => level === worst)?.message ?? "";
  const line = message === "" ? title : `${title} · ${message.replaceAll("\n", " ")}`;
  return disarmMentions(cut(line, Math.min(summaryBytes, room.textBytes)));
};

/**
 * A card in the 2.0 structure. Clients before 7.20 show its header alone.
 *
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-structure
 */
export const renderCardV2 = (stories: readonly Story[], room: Room, look: Look): JsonObject => {
  const own = words[look.locale];
  const title = titleOf(stories, look);
  const [first, ...others] = stories;
  const alone = others.length === 0 ? first : undefined;
  const elements = alone === undefined ? digest(stories, room, own) : single(alone, room, own);
  const called = calling(look);
  return {
    msg_type: "interactive",
    card: {
      schema: "2.0",
      config: { summary: { content: summaryOf(stories, title, room) } },
      header: { template: templates[highestLevel(stories)], title: plain(title) },
      body: { elements: called === "" ? elements : [...elements, markdown(called)] },
    },
  };
};
