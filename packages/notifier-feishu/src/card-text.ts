import type { EventLevel, JsonObject } from "@datasync-monitor/core";
import { cut, disarmMentions } from "./escape.ts";
import type { Room } from "./fit.ts";
import { linkTarget } from "./link.ts";
import { shortBytes } from "./parts.ts";
import type { Fact, Look, Story } from "./story.ts";

/** The vendor's header colours, the same in both structures. */
export const templates: Readonly<Record<EventLevel, string>> = {
  info: "blue",
  warning: "orange",
  error: "red",
  critical: "carmine",
};

export const plain = (text: string): JsonObject => ({
  tag: "plain_text",
  content: disarmMentions(text),
});

/** Those whom the options name, as the markup of a card calls them; "" for nobody. */
export const calling = ({ mentions }: Look): string =>
  mentions.map((id) => `<at id=${id}></at>`).join(" ");

/** The markup of a card. */
export interface CardText {
  /** A label above its value. */
  field(fact: Fact, room: Room): string;
  /** An event of a digest: headline, message, its first facts. */
  block(story: Story, room: Room): string;
}

/** `safe` makes text of an event harmless in the structure that is written. */
export const cardText = (safe: (text: string) => string): CardText => {
  const bold = (text: string) => `**${safe(cut(text, shortBytes))}**`;

  /** A link is whole or no link. */
  const shownValue = (value: string, room: Room): string => {
    const shown = cut(value, Math.min(shortBytes, room.textBytes));
    const target = shown === value ? linkTarget(value) : undefined;
    return target === undefined ? safe(shown) : `[${safe(shown)}](${target})`;
  };

  const pair = ({ label, value }: Fact, room: Room) =>
    `${bold(label)} ${shownValue(value.replaceAll("\n", " "), room)}`;

  return {
    field: ({ label, value }, room) => `${bold(label)}\n${shownValue(value, room)}`,
    block(story, room) {
      const facts = story.facts.slice(0, room.fields);
      const origin = safe(cut(`${story.service} · ${story.time}`, shortBytes));
      const lines = [
        `${bold(story.headline)} · ${origin}`,
        safe(cut(story.message, room.textBytes)),
        facts.map((fact) => pair(fact, room)).join(" · "),
      ];
      return lines.filter((line) => line !== "").join("\n");
    },
  };
};
