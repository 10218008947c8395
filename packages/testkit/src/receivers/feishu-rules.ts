import { createHmac } from "node:crypto";
import { cardRefusal, type Refusal } from "./feishu-card.ts";
import { type Fields, isList, isObject, isText } from "./json.ts";

const badRequest = (what: string): Refusal => ({ code: 9499, msg: `Bad Request: ${what}` });

const isLink = (href: unknown): boolean =>
  typeof href === "string" && /^https?:\/\/./.test(href) && URL.canParse(href);

/** Only open_id and user_id, or `all`: a custom bot knows nobody by e-mail. */
const isMention = (id: unknown): boolean => isText(id) && !id.includes("@");

const postTags: Readonly<Record<string, (node: Fields) => boolean>> = {
  text: ({ text }) => typeof text === "string",
  a: ({ text, href }) => typeof text === "string" && isLink(href),
  at: ({ user_id }) => isMention(user_id),
  img: ({ image_key }) => isText(image_key),
};

const isPostNode = (node: unknown): boolean =>
  isObject(node) && postTags[String(node.tag)]?.(node) === true;

const isPost = (post: unknown): boolean =>
  isObject(post) &&
  Object.keys(post).length > 0 &&
  Object.entries(post).every(
    ([locale, page]) =>
      /^[a-z]{2}_[a-z]{2}$/.test(locale) &&
      isObject(page) &&
      (page.title === undefined || typeof page.title === "string") &&
      isList(page.content) &&
      page.content.length > 0 &&
      page.content.every((line) => isList(line) && line.every(isPostNode)),
  );

const contentRules: Readonly<Record<string, (content: Fields) => boolean>> = {
  text: ({ text }) => isText(text),
  post: ({ post }) => isPost(post),
  image: ({ image_key }) => isText(image_key),
  share_chat: ({ share_chat_id }) => isText(share_chat_id),
};

/** What is wrong with the shape of a message, or undefined. */
export const shapeRefusal = (message: unknown): Refusal | undefined => {
  if (!isObject(message)) return badRequest("the body is not a JSON object");
  const type = message.msg_type;
  if (typeof type !== "string") return { code: 19002, msg: "params error, msg_type need" };
  if (type === "interactive") return cardRefusal(message.card);
  const rule = contentRules[type];
  if (rule === undefined) return { code: 19002, msg: "params error, unknown msg_type" };
  const { content } = message;
  return isObject(content) && rule(content) ? undefined : badRequest("content");
};

/** The vendor's signature: the text to sign is the key, and the message is empty. */
const signature = (secret: string, timestamp: string): string =>
  createHmac("sha256", `${timestamp}\n${secret}`).update("").digest("base64");

/** Whether a message carries a signature of this secret, made within the hour around `now` (milliseconds). */
export const isSigned = (message: unknown, secret: string, now: number): boolean => {
  if (!isObject(message)) return false;
  const { timestamp, sign } = message;
  if (typeof timestamp !== "string" || !/^\d{1,15}$/.test(timestamp)) return false;
  const fresh = Math.abs(now / 1000 - Number(timestamp)) <= 3600;
  return fresh && sign === signature(secret, timestamp);
};

const textual = ["text", "title", "content", "subtitle"];

/** Whether a reader would see one of the words. A link's address does not count. */
export const hasKeyword = (value: unknown, keywords: readonly string[]): boolean => {
  if (isList(value)) return value.some((item) => hasKeyword(item, keywords));
  if (!isObject(value)) return false;
  return Object.entries(value).some(([key, part]) =>
    typeof part === "string"
      ? textual.includes(key) && keywords.some((word) => part.includes(word))
      : hasKeyword(part, keywords),
  );
};
