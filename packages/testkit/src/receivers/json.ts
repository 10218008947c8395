/** Reading a body that anybody may have written. */

export type Fields = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** What the text says as JSON, or undefined. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A string that shows something, of at most `max` UTF-16 units. */
export const isText = (value: unknown, max = Number.POSITIVE_INFINITY): value is string =>
  typeof value === "string" && value.trim() !== "" && value.length <= max;
