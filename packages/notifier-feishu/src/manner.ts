import type { JsonObject, JsonValue } from "@datasync-monitor/core";
import type { FeishuFormat } from "./format.ts";
import { largestBody } from "./render.ts";

/** How one attempt is made: as the options say, or simpler where the bot refused that. */
export interface Manner {
  readonly format: FeishuFormat;
  readonly maxBytes: number;
  readonly mention: boolean;
}

/** Simplest last; each falls back to the next. */
const formats: readonly FeishuFormat[] = ["card", "post", "text"];

/** With less, a message says nothing. */
const smallestBody = 512;

const isSmaller = (value: JsonValue | undefined): value is number =>
  typeof value === "number" &&
  Number.isInteger(value) &&
  value >= smallestBody &&
  value < largestBody;

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads back what an earlier attempt left in `resume`. It was stored, perhaps by another version or for
 * other options: what is not understood is ignored, and a message only ever gets simpler.
 */
export const readManner = (resume: JsonValue, format: FeishuFormat): Manner => {
  const left = isObject(resume) ? resume : {};
  const asked = formats.find((known) => known === left.format) ?? format;
  return {
    format: formats.indexOf(asked) > formats.indexOf(format) ? asked : format,
    maxBytes: isSmaller(left.max_bytes) ? left.max_bytes : largestBody,
    mention: left.mention !== false,
  };
};

/** What the next attempt has to know: only what differs from the options. */
export const toResume = (manner: Manner, format: FeishuFormat): JsonObject => ({
  ...(manner.format === format ? {} : { format: manner.format }),
  ...(manner.maxBytes === largestBody ? {} : { max_bytes: manner.maxBytes }),
  ...(manner.mention ? {} : { mention: false }),
});

/** How much was given up on the way from what the options say. */
const givenUp = ({ format, maxBytes, mention }: Manner, options: FeishuFormat): number =>
  formats.indexOf(format) -
  formats.indexOf(options) +
  (maxBytes < largestBody ? 1 : 0) +
  (mention ? 0 : 1);

/**
 * The pipeline takes three new manners of a message, and there are four things to give up: the third gives
 * up all that is left.
 *
 * @param next - What is to follow `manner`.
 */
export const withinThree = (next: Manner, manner: Manner, options: FeishuFormat): Manner =>
  givenUp(manner, options) < 2
    ? next
    : { format: "text", maxBytes: Math.min(next.maxBytes, largestBody / 2), mention: false };

export const simpler = (format: FeishuFormat): FeishuFormat | undefined =>
  formats[formats.indexOf(format) + 1];

/** Half of what was refused, once: a second refusal for size is final. */
export const smaller = (manner: Manner, sentBytes: number): Manner | undefined =>
  manner.maxBytes < largestBody
    ? undefined
    : { ...manner, maxBytes: Math.max(smallestBody, Math.floor(sentBytes / 2)) };
