import type { Arrival } from "../../src/collect/stall.ts";
import { fieldsOf, listOf, textOf } from "../../src/page/unknown.ts";

const feishuTitle = (value: unknown): string => {
  const message = fieldsOf(value);
  const card = fieldsOf(fieldsOf(fieldsOf(message.card).header).title);
  const [post] = Object.values(fieldsOf(fieldsOf(message.content).post));
  return textOf(card.content) || textOf(fieldsOf(post).title);
};

const slackTitle = (value: unknown): string => {
  const [header] = listOf(fieldsOf(value).blocks);
  return textOf(fieldsOf(fieldsOf(header).text).text);
};

/** What a person reads first of a message, where it has a title. */
export const titleOf = (arrival: Arrival): readonly string[] => {
  switch (arrival.kind) {
    case "feishu":
      return [feishuTitle(arrival.message)].filter((title) => title !== "");
    case "slack":
      return [slackTitle(arrival.message)];
    case "mail":
      return [arrival.mail.subject];
    default:
      return [];
  }
};
