import { singleLine, truncate, truncateBytes } from "@datasync-monitor/core";

/** More text than any message holds; what lies beyond is not looked at. */
const longestText = 20_000;

/** Lines that no control or direction character can forge or turn around, with at most one blank between them. */
export const printable = (text: string): string =>
  truncate(text, longestText)
    .split(/\r\n?|\n/)
    .map(singleLine)
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();

const markerTail = "(truncated)";
const markerBytes = Buffer.byteLength(`…${markerTail}`);

/** At most `maxBytes` of UTF-8, whole code points, marked with `…(truncated)` where there is room for it. */
export const cut = (text: string, maxBytes: number): string => {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  return maxBytes < markerBytes
    ? truncateBytes(text, maxBytes)
    : truncateBytes(text, maxBytes - markerTail.length) + markerTail;
};

/** With less, each end would be a word or two. */
const leastForEnds = 40;

/** Half of a character, or what belongs to the one before it. */
const torn = /^[\ufffd\p{M}\p{EMod}\u200d]+/u;

/**
 * The same for what went wrong, which ends with its cause: cut in its middle. The blank there keeps what is left
 * of an address from being one.
 */
export const cutMiddle = (text: string, maxBytes: number): string => {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes || maxBytes < leastForEnds) return cut(text, maxBytes);
  const head = `${truncateBytes(text, Math.ceil(maxBytes / 2))} `;
  const tail = bytes.subarray(bytes.length - maxBytes + Buffer.byteLength(head));
  return head + tail.toString().replace(torn, "");
};

/** `&` only where it would begin an entity, so that a lone one stays as it is. */
const markup = /[<>*_[\]()#`\\!:+"'$/~-]|&(?=[#\w])/g;

/**
 * For `lark_md`: text that is shown as it is, whatever it holds. Cut first: an entity must stay whole.
 *
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-components/content-components/rich-text
 */
export const escapeMarkup = (text: string): string =>
  text.replace(markup, (mark) => (mark === "~" ? "&sim;" : `&#${mark.charCodeAt(0)};`));

/** What begins a list or underlines a heading, where a line begins with it. */
const lineMarkup = /^(\d+)\.(?=\s|$)|^=/gm;

/**
 * For the `markdown` of a 2.0 card, which reads all of CommonMark: also what makes a list or a heading
 * of a line. Cut first.
 *
 * @see https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-components/content-components/rich-text
 */
export const escapeMarkdown = (text: string): string =>
  escapeMarkup(text).replace(lineMarkup, (_, digits: string | undefined) =>
    digits === undefined ? "&#61;" : `${digits}&#46;`,
  );

/**
 * For the `text` form, which reads `<at …>` and documents no escape: without a `<`, and without an
 * entity that could become one, there is no tag. The full-width twins keep it legible.
 */
export const disarmTags = (text: string): string =>
  text.replaceAll("<", "＜").replace(/&(?=#|lt|amp|\w+;)/gi, "＆");

const mention = /(?:<|&(?:lt|#0*60|#x0*3c);?)(?=[^\p{L}\p{N}<]*(?:at|a?&#))/giu;

/**
 * For `plain_text` and the `text` of a `post`, which read no tags: a second lock on the one tag that
 * would wake people up.
 */
export const disarmMentions = (text: string): string => text.replace(mention, "＜");
