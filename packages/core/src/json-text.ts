import { read } from "./json-property.ts";
import { copied, singleLine, truncate } from "./text.ts";

/** What a string ends in where it was cut. */
export const cutMark = "…[truncated]";

/** A string is cut only where at least this much stays; else what holds it is. */
export const shortestCut = cutMark.length + 8;

/** The beginning of `text`, marked, in at most `room` UTF-16 units. */
export const cutText = (text: string, room: number): string => {
  const end = room - cutMark.length;
  const unit = text.charCodeAt(end - 1);
  const torn = unit >= 0xd800 && unit <= 0xdbff; // half of a pair would be left
  return copied(text.slice(0, torn ? end - 1 : end)).toWellFormed() + cutMark;
};

/** What a container that was cut says in place of the rest. */
export const moreText = (count: number): string =>
  `[Truncated: ${count.toLocaleString("en-US")} more]`;

/** A bigint of up to this many digits is written out; converting a far longer one takes seconds. */
const longestBigInt = 1000;
const bigIntBound = 10n ** BigInt(longestBigInt);

export const bigIntText = (value: bigint): string =>
  value < bigIntBound && value > -bigIntBound
    ? value.toString()
    : `[BigInt of more than ${longestBigInt} digits]`;

export const functionText = (value: object): string => {
  const name = read(value, "name");
  return typeof name === "string" && name !== "" ? `[Function ${name}]` : "[Function]";
};

/** What a `toJSON` that throws leaves. */
export const throwsText = (thrown: unknown): string => {
  const message = typeof thrown === "object" && thrown ? read(thrown, "message") : thrown;
  if (typeof message !== "string" || message === "") return "[Throws]";
  return `[Throws: ${singleLine(truncate(message, 200))}]`;
};
