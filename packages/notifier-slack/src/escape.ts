import { truncate } from "@datasync-monitor/core";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * The three characters that Slack parses, as entities; in one pass, so that nothing is escaped twice.
 * Without them there is no `<!channel>`, `<@U…>` or `<url|label>`.
 *
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, (character) => entities[character] ?? character);

const lineBreak = /\r\n|[\r\u0085\u2028\u2029]/g;

/** Control characters but the line feed, and the marks that turn text around. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** Text of several lines without a character that hides or turns around what others see. */
export const printable = (text: string): string =>
  text
    .toWellFormed()
    .replace(lineBreak, "\n")
    .split("\n")
    .map((line) => line.replace(unprintable, " "))
    .join("\n");

/** Nothing that a reader would see. Slack refuses a text object without text, and the whole message with it. */
export const isBlank = (text: string): boolean => /^[\s\p{Cc}\p{Cf}\u2800\u3164]*$/u.test(text);

/** An entity that was cut, where escaped text was. */
const tornEntity = /&[a-z]*…$/;

/** Escaped text of at most `max` UTF-16 units, marked with `…` where it was cut. Measured after escaping. */
export const escapeWithin = (text: string, max: number): string =>
  // Escaping only makes longer, so what lies beyond `max` need not be looked at.
  truncate(escapeText(text.slice(0, max + 1).toWellFormed()), max).replace(tornEntity, "…");

const zeroWidthSpace = "\u200b";

/** Text in which no three backticks touch, so that it neither opens nor closes a code block. */
const withoutFences = (text: string): string =>
  text.replace(/`{3,}/g, (run) => run.split("").join(zeroWidthSpace));

/** Text in which no line begins with `>`, escaped or not: Slack would show the line as a quotation, without the sign. */
const withoutQuotes = (text: string): string => text.replace(/^(?=[>＞])/gm, zeroWidthSpace);

/** Escaped text for a `mrkdwn` object. Styles and `:name:` have no escape there: they embolden or draw, and nothing worse. */
export const mrkdwnWithin = (text: string, max: number): string =>
  escapeWithin(withoutQuotes(withoutFences(text)), max);

/** The same of any length. */
export const escapeMrkdwn = (text: string): string => mrkdwnWithin(text, Number.POSITIVE_INFINITY);

/** With less, each end would be a word or two. */
const leastForEnds = 40;

/** What belongs to the character before it. */
const glue = /^[\udc00-\udfff\p{M}\p{EMod}\u200d]+/u;

/** The same, cut in its middle where it is too long: what went wrong ends with its cause. */
export const endsWithin = (text: string, max: number): string => {
  if (escapeMrkdwn(text).length <= max || max < leastForEnds) return mrkdwnWithin(text, max);
  const head = mrkdwnWithin(text, Math.ceil(max / 2));
  const room = max - head.length;
  let units = Math.min(room, text.length);
  const ending = () => escapeMrkdwn(text.slice(text.length - units).replace(glue, ""));
  let tail = ending();
  while (tail.length > room) {
    units -= Math.ceil((tail.length - room) / 5); // escaped, a character takes five units at most
    tail = ending();
  }
  return head + tail;
};

const fence = "```";

/** A code block of at most `max` units that its content cannot end. Empty when there is no room for content. */
export const fencedWithin = (text: string, max: number): string => {
  const content = escapeWithin(withoutFences(text), max - 2 * (fence.length + 1));
  return content === "" ? "" : `${fence}\n${content}\n${fence}`;
};
