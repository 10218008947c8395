const marker = "…";

const byteLength = (text: string): number => Buffer.byteLength(text, "utf8");

/** What belongs to the character before it: the other half of a pair, a joiner, a mark, a skin tone. */
const glue = /^[\udc00-\udfff\p{M}\p{EMod}\u200d]/u;

/** Where well-formed text may be cut at or before `end` without tearing a surrogate pair or an emoji of several. */
const boundary = (text: string, end: number): number => {
  let at = end;
  while (at > 0 && (glue.test(text.slice(at)) || text[at - 1] === "\u200d")) at -= 1;
  return at;
};

/** A copy: a slice would keep the whole of a 10 MB text alive. */
export const copied = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le");

/** At most `max` UTF-16 units, cut between characters and marked with `…`; lone surrogates become U+FFFD. */
export const truncate = (text: string, max: number): string => {
  if (text.length <= max) return text.toWellFormed();
  if (max < 1) return "";
  const near = text.slice(0, max + 1).toWellFormed();
  return copied(near.slice(0, boundary(near, max - 1))) + marker;
};

/** At most `maxBytes` of UTF-8, cut between characters and marked with `…`; lone surrogates become U+FFFD. */
export const truncateBytes = (text: string, maxBytes: number): string => {
  const whole = truncate(text, maxBytes);
  if (byteLength(whole) <= maxBytes) return whole;
  const room = maxBytes - byteLength(marker);
  if (room < 0) return "";
  const { read } = new TextEncoder().encodeInto(whole, new Uint8Array(room));
  return whole.slice(0, boundary(whole, read)) + marker;
};

/** Control characters, line and paragraph separators, and the marks that turn text around. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu;

/** What colours a terminal, and which many a library puts into its messages; line ends are no part of it. */
const colors = /[^\P{Cc}\n\r]\[[\d;]*m/gu;

/** Well-formed text without the colours of a terminal: nobody else reads them. */
export const withoutColors = (text: string): string => text.toWellFormed().replace(colors, "");

/** One line that no control or direction character can forge or turn around; each run becomes a space. */
export const singleLine = (text: string): string =>
  withoutColors(text).replace(unprintable, " ").trim();
