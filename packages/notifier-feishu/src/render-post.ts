import type { JsonObject, JsonValue } from "@datasync-monitor/core";
import { cut, disarmMentions } from "./escape.ts";
import type { Room } from "./fit.ts";
import { shortBytes, titleOf } from "./parts.ts";
import type { Fact, Look, Story } from "./story.ts";
import { type Words, words } from "./words.ts";

/** Rich text in one language; the vendor's name for it. */
const languages = { "zh-CN": "zh_cn", en: "en_us" } as const;

/** Continued lines are indented, so that a message cannot pass for a field. */
const indent = (text: string) => text.replaceAll("\n", "\n    ");

const line = ({ label, value }: Fact, room: Room): string => {
  const shown = cut(value, Math.min(shortBytes, room.textBytes));
  return `${cut(label, shortBytes)}: ${indent(shown)}`;
};

const single = (story: Story, room: Room, own: Words): readonly string[] => {
  const facts = story.facts.slice(0, room.fields);
  return [
    indent(cut(story.message, room.textBytes)),
    ...[...story.head, ...facts].map((fact) => line(fact, room)),
    story.facts.length > room.fields ? own.fewerFields : "",
  ];
};

const block = (story: Story, room: Room): readonly string[] => [
  `${cut(story.headline, shortBytes)} · ${cut(`${story.service} · ${story.time}`, shortBytes)}`,
  indent(`    ${cut(story.message, room.textBytes)}`),
  ...story.facts.slice(0, room.fields).map((fact) => `    ${line(fact, room)}`),
];

const digest = (stories: readonly Story[], room: Room, own: Words): readonly string[] => {
  const left = stories.length - Math.min(room.events, stories.length);
  return [
    ...stories.slice(0, room.events).flatMap((story) => block(story, room)),
    left > 0 ? own.moreEvents(left) : "",
  ];
};

/** Rich text made of `text` tags alone, which read no markup. */
export const renderPost = (stories: readonly Story[], room: Room, look: Look): JsonObject => {
  const own = words[look.locale];
  const [first, ...others] = stories;
  const lines =
    first !== undefined && others.length === 0
      ? single(first, room, own)
      : digest(stories, room, own);
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
