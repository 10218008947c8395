const marker = "…";

const byteLength = (text: string): number => Buffer.byteLength(text, "utf8");

/** Where `text` may be cut at or before `end` without tearing a surrogate pair. */
const boundary = (text: string, end: number): number => {
  const before = text.charCodeAt(end - 1);
  return before >= 0xd800 && before <= 0xdbff ? end - 1 : end;
};

/** At most `max` UTF-16 units, cut on a code point and marked with `…`; lone surrogates become U+FFFD. */
export const truncate = (text: string, max: number): string => {
  const cut = text.length > max + marker.length ? text.slice(0, boundary(text, max + 1)) : text;
  const whole = cut.toWellFormed();
  if (text.length <= max) return whole;
  if (max < marker.length) return "";
  return whole.slice(0, boundary(whole, max - marker.length)) + marker;
};

/** At most `maxBytes` of UTF-8, cut on a code point and marked with `…`; lone surrogates become U+FFFD. */
export const truncateBytes = (text: string, maxBytes: number): string => {
  const whole = truncate(text, maxBytes);
  if (byteLength(whole) <= maxBytes) return whole;
  const room = maxBytes - byteLength(marker);
  if (room < 0) return "";
  const { read } = new TextEncoder().encodeInto(whole, new Uint8Array(room));
  return whole.slice(0, read) + marker;
};

/** Control characters, line and paragraph separators, and the marks that turn text around. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu;

/** One line that no control or direction character can forge or turn around; each run becomes a space. */
export const singleLine = (text: string): string =>
  text.toWellFormed().replace(unprintable, " ").trim();
