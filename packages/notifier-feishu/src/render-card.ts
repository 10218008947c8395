import type { EventLevel, JsonObject } from "@datasync-monitor/core";
import { cut, disarmMentions, escapeMarkup } from "./escape.ts";
import type { Room } from "./fit.ts";
import { linkTarget } from "./link.ts";
import { highestLevel, shortBytes, titleOf } from "./parts.ts";
import type { Fact, Look, Story } from "./story.ts";
import { type Words, words } from "./words.ts";

/** The vendor's header colours. */
const templates: Readonly<Record<EventLevel, string>> = {
  info: "blue",
  warning: "orange",
  error: "red",
  critical: "carmine",
};

const plain = (text: string): JsonObject => ({ tag: "plain_text", content: disarmMentions(text) });
/** Takes markup: whatever is not ours was escaped by the caller. */
const markup = (content: string): JsonObject => ({ tag: "lark_md", content });
const paragraph = (text: JsonObject): JsonObject => ({ tag: "div", text });
const note = (text: string): JsonObject => ({ tag: "note", elements: [plain(text)] });

const bold = (text: string) => `**${escapeMarkup(cut(text, shortBytes))}**`;

/** A link is whole or no link. */
const shownValue = (value: string, room: Room): string => {
  const shown = cut(value, Math.min(shortBytes, room.textBytes));
  const target = shown === value ? linkTarget(value) : undefined;
  return target === undefined ? escapeMarkup(shown) : `[${escapeMarkup(shown)}](${target})`;
};

const field = ({ label, value, short }: Fact, room: Room): JsonObject => ({
  is_short: short,
  text: markup(`${bold(label)}\n${shownValue(value, room)}`),
});

const single = (story: Story, room: Room, own: Words): readonly JsonObject[] => {
  const facts = [...story.head, ...story.facts.slice(0, room.fields)];
  return [
    ...(story.message === "" ? [] : [paragraph(plain(cut(story.message, room.textBytes)))]),
    ...(facts.length === 0 ? [] : [{ tag: "div", fields: facts.map((fact) => field(fact, room)) }]),
    ...(story.facts.length > room.fields ? [note(own.fewerFields)] : []),
    note(cut(story.event.id, shortBytes)),
  ];
};

const pair = ({ label, value }: Fact, room: Room) =>
  `${bold(label)} ${shownValue(value.replaceAll("\n", " "), room)}`;

const block = (story: Story, room: Room): JsonObject => {
  const facts = story.facts.slice(0, room.fields);
  const origin = escapeMarkup(cut(`${story.service} · ${story.time}`, shortBytes));
  const lines = [
    `${bold(story.headline)} · ${origin}`,
    escapeMarkup(cut(story.message, room.textBytes)),
    facts.map((fact) => pair(fact, room)).join(" · "),
  ];
  return paragraph(markup(lines.filter((line) => line !== "").join("\n")));
};

const digest = (stories: readonly Story[], room: Room, own: Words): readonly JsonObject[] => {
  const shown = stories.slice(0, room.events);
  const left = stories.length - shown.length;
  return [
    ...shown.map((story) => block(story, room)),
    ...(left > 0 ? [note(own.moreEvents(left))] : []),
  ];
};

/** A card in the 1.0 structure, which every client shows. */
export const renderCard = (stories: readonly Story[], room: Room, look: Look): JsonObject => {
  const own = words[look.locale];
  const [first, ...others] = stories;
  const elements =
    first !== undefined && others.length === 0
      ? single(first, room, own)
      : digest(stories, room, own);
  const called = look.mentions.map((id) => `<at id=${id}></at>`).join(" ");
  return {
    msg_type: "interactive",
    card: {
      config: { wide_screen_mode: true },
      header: { template: templates[highestLevel(stories)], title: plain(titleOf(stories, look)) },
      elements: called === "" ? elements : [...elements, paragraph(markup(called))],
    },
  };
};
