import { type Fields, isList, isObject } from "./json.ts";

/** Every object within a value, itself included. */
const objectsIn = (value: unknown): readonly Fields[] => {
  if (isList(value)) return value.flatMap(objectsIn);
  if (!isObject(value)) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
};

const texts = (values: readonly unknown[]): readonly string[] =>
  values.filter((value) => typeof value === "string");

/**
 * Whom a Slack message would alert or name. Slack reads mentions in every text but `plain_text`, and bare
 * names too where the message asks for it. https://docs.slack.dev/messaging/formatting-message-text
 */
export const slackMentions = (message: unknown): readonly string[] => {
  const parts = objectsIn(message).filter(({ type }) => type !== "plain_text");
  const read = texts(parts.flatMap(({ text, pretext, fallback }) => [text, pretext, fallback]));
  const named = isObject(message) && (message.link_names === true || message.parse === "full");
  const active = named ? /<[!@#][^<>]*>|[@#]\w+/g : /<[!@#][^<>]*>/g;
  return read.flatMap((text) => text.match(active) ?? []);
};

/** What Feishu reads as a mention, in the text of a message and in the Markdown of a card. */
const atTag = /<at\s[^<>]*>/gi;

/**
 * Whom a Feishu message would alert. Plain text in cards and posts is shown as it is.
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export const feishuMentions = (message: unknown): readonly string[] => {
  const parts = objectsIn(message);
  const nodes = parts.filter(({ tag }) => tag === "at").map(({ user_id }) => String(user_id));
  const markdown = parts.filter(({ tag }) => tag === "markdown" || tag === "lark_md");
  const text = parts.flatMap(({ msg_type, content }) =>
    msg_type === "text" && isObject(content) ? [content.text] : [],
  );
  const read = texts([...markdown.map(({ content }) => content), ...text]);
  return [...nodes, ...read.flatMap((part) => part.match(atTag) ?? [])];
};
