import { type Fields, isList, isObject, isText } from "./json.ts";

/** Slack's word for what is wrong with a message. */
export type SlackFault =
  | "invalid_payload"
  | "no_text"
  | "too_many_attachments"
  | "invalid_blocks"
  | "invalid_blocks_format"
  | "msg_blocks_too_long";

/** Nothing documents it: what all blocks of a message may hold together, as users measured it (slackapi/bolt-js#2509). */
const allBlocksMax = 13_200;

const isTextObject = (value: unknown, max: number, types = ["plain_text", "mrkdwn"]): boolean =>
  isObject(value) && types.includes(String(value.type)) && isText(value.text, max);

const isEach = (value: unknown, max: number, fits: (item: unknown) => boolean): boolean =>
  isList(value) && value.length > 0 && value.length <= max && value.every(fits);

const isButton = (value: Fields): boolean =>
  isTextObject(value.text, 75, ["plain_text"]) &&
  (value.url === undefined || isText(value.url, 3000)) &&
  (value.value === undefined || isText(value.value, 2000));

const isImage = (value: Fields): boolean =>
  isText(value.alt_text, 2000) && (isText(value.image_url, 3000) || isObject(value.slack_file));

const isAction = (value: unknown): boolean =>
  isObject(value) && (value.type === "button" ? isButton(value) : isText(value.type));

const isContextElement = (value: unknown): boolean =>
  isObject(value) && (value.type === "image" ? isImage(value) : isTextObject(value, 3000));

const isSection = ({ text, fields }: Fields): boolean =>
  (text !== undefined || fields !== undefined) &&
  (text === undefined || isTextObject(text, 3000)) &&
  (fields === undefined || isEach(fields, 10, (field) => isTextObject(field, 2000)));

/** What an incoming webhook can show. https://docs.slack.dev/reference/block-kit/blocks */
const blockRules: Readonly<Record<string, (block: Fields) => boolean>> = {
  header: ({ text }) => isTextObject(text, 150, ["plain_text"]),
  section: isSection,
  divider: () => true,
  context: ({ elements }) => isEach(elements, 10, isContextElement),
  actions: ({ elements }) => isEach(elements, 25, isAction),
  image: isImage,
  markdown: ({ text }) => isText(text, 12_000),
  rich_text: ({ elements }) => isEach(elements, Number.POSITIVE_INFINITY, isObject),
};

const isBlock = (value: unknown): boolean =>
  isObject(value) &&
  (value.block_id === undefined || isText(value.block_id, 255)) &&
  (blockRules[String(value.type)]?.(value) ?? false);

/** Characters of every `text` in the blocks, however deep. */
const textLength = (value: unknown): number => {
  if (isList(value)) return value.reduce<number>((total, item) => total + textLength(item), 0);
  if (!isObject(value)) return 0;
  const own = typeof value.text === "string" ? value.text.length : 0;
  return own + textLength(Object.values(value));
};

const blocksFault = (lists: readonly unknown[]): SlackFault | undefined => {
  if (!lists.every(isList)) return "invalid_blocks_format";
  const blocks = lists.flat();
  if (blocks.length > 50 || !blocks.every(isBlock)) return "invalid_blocks";
  return textLength(blocks) > allBlocksMax ? "msg_blocks_too_long" : undefined;
};

/**
 * What Slack finds wrong with a message, or undefined. One rule is ours: blocks or attachments without
 * a top-level `text` are `no_text`, because they would arrive as an empty push notification.
 */
export const slackFault = (message: unknown): SlackFault | undefined => {
  if (!isObject(message)) return "invalid_payload";
  const { text, blocks, attachments = [] } = message;
  if (!isList(attachments) || !attachments.every(isObject)) return "invalid_payload";
  if (attachments.length > 100) return "too_many_attachments";
  if (!isText(text)) return "no_text";
  const lists = [blocks, ...attachments.map((attachment) => attachment.blocks)];
  return blocksFault(lists.filter((list) => list !== undefined));
};
