import { createHash } from "node:crypto";

/** What an indexed column takes on every database. */
const maxKey = 200;

/** Most names and ids: nothing of these is ever escaped. */
const isPlain = /^[\w.:-]*$/;

/**
 * A string as a database can keep and compare it: lone surrogates and what is below a space, NUL above all, are
 * written as JSON escapes, and so is a space at the end, which MySQL ignores. Ordinary text stays as it is.
 */
export const toText = (text: string): string => {
  if (isPlain.test(text)) return text;
  const escaped = JSON.stringify(text).slice(1, -1);
  return escaped.endsWith(" ") ? `${escaped.slice(0, -1)}\\u0020` : escaped;
};

export const fromText = (stored: string): string => {
  if (!stored.includes("\\")) return stored;
  try {
    return String(JSON.parse(`"${stored}"`));
  } catch {
    return stored;
  }
};

/** The same for a name that is indexed. One that is too long is kept by its beginning and its hash. */
export const toKey = (name: string): string => {
  const text = toText(name);
  if (text.length <= maxKey) return text;
  const hash = createHash("sha256").update(text).digest("hex");
  return `${toText(name.slice(0, 20))}~${hash}`;
};

export const toNullableText = (text: string | null): string | null =>
  text === null ? null : toText(text);

export const fromNullableText = (stored: unknown): string | null =>
  typeof stored === "string" ? fromText(stored) : null;
