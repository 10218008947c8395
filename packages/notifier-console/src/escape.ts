/** Control characters (the C1 set holds a one-byte escape), separators, and the marks that turn text around. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const lineBreak = /\r\n|[\n\r\u0085\u2028\u2029]/;

const hex = (character: string, length: number): string =>
  character.charCodeAt(0).toString(16).padStart(length, "0");

const escapeVisibly = (character: string): string => {
  if (character === "\t") return "  ";
  return character < "\u0100" ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
};

/** The lines of a text, each without any character that could move the cursor, colour the terminal or turn text around. */
export const printableLines = (text: string): string[] =>
  text
    .toWellFormed()
    .split(lineBreak)
    .map((line) => line.replace(unprintable, escapeVisibly));

/** JSON that is one line everywhere and inert on a terminal: `JSON.stringify` leaves C1 controls and bidi marks as they are. */
export const inertJson = (value: unknown): string =>
  JSON.stringify(value).replace(unprintable, (character) => `\\u${hex(character, 4)}`);
