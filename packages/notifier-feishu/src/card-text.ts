import type { EventLevel, JsonObject } from "@datasync-monitor/core";
import { cut, disarmMentions } from "./escape.ts";
import type { Room } from "./fit.ts";
import { linkTarget } from "./link.ts";
import { errorBytes, factsWithin, inOrder, originOf, shortBytes, valueBytes } from "./parts.ts";
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
  field(fact: Fact, room: Room, maxBytes?: number): string;
  /** An event of a digest: headline and origin, message and what went wrong, the facts that find room, and its id. */
  block(story: Story, room: Room): string;
}

/** `safe` makes text of an event harmless in the structure that is written. */
export const cardText = (safe: (text: string) => string): CardText => {
  const bold = (text: string) => `**${safe(cut(text, shortBytes))}**`;

  /** A link is whole or no link. */
  const shownValue = (value: string, maxBytes: number): string => {
    const shown = cut(value, maxBytes);
    const target = shown === value ? linkTarget(value) : undefined;
    return target === undefined ? safe(shown) : `[${safe(shown)}](${target})`;
  };

  const inLine = (value: string, maxBytes: number) =>
    shownValue(value.replaceAll("\n", " "), maxBytes);

  return {
    field: ({ label, value }, room, maxBytes = valueBytes) =>
      `${bold(label)}\n${shownValue(value, Math.min(maxBytes, room.textBytes))}`,
    block(story, room) {
      const { errors, others, cut: isCut } = factsWithin(story, room);
      const facts = others.map(
        ({ label, value }) =>
          `${safe(cut(`${label}: `, shortBytes))}${inLine(value, Math.min(shortBytes, room.textBytes))}`,
      );
      const message = cut(story.message, room.textBytes);
      const wrong = errors.map(
        ({ label, value }) =>
          `${bold(label)} ${inLine(value, Math.min(errorBytes, room.textBytes))}`,
      );
      const lines = [
        `${bold(story.headline)} · ${safe(cut(originOf(story, story.time), shortBytes))}`,
        ...inOrder(message, [safe(message)], wrong),
        [...facts, ...(isCut ? ["…"] : [])].join(" · "),
        safe(cut(story.id, shortBytes)),
      ];
      return lines.filter((line) => line !== "").join("\n");
    },
  };
};
