import { type DescribedField, singleLine } from "@datasync-monitor/core";
import { isBlank, mrkdwnWithin } from "./escape.ts";
import { errorsOf, factsOf, headlineOf, idOf, originOf, type Telling } from "./telling.ts";

/** Of the headline, and of where and when. */
const lineRoom = 200;
const idRoom = 100;

const inLine = (facts: readonly DescribedField[]): string =>
  facts.map(({ label, value }) => `${label}: ${singleLine(value)}`).join(" · ");

/**
 * An event in a few lines of at most `room` units, escaped: headline, where and when; message; what went
 * wrong; other facts; id. What went wrong may take half of what the first and the last line leave.
 *
 * @param message - Printable, not escaped.
 */
export const entryOf = (telling: Telling, room: number, message: string): string => {
  const head = `*${mrkdwnWithin(headlineOf(telling), lineRoom)}* · ${mrkdwnWithin(originOf(telling), lineRoom)}`;
  const id = mrkdwnWithin(idOf(telling), idRoom);
  let left = room - head.length - id.length - 1;
  const line = (text: string, most: number): readonly string[] => {
    const shown = isBlank(text) ? "" : mrkdwnWithin(text, most - 1);
    if (shown === "") return [];
    left -= shown.length + 1;
    return [shown];
  };
  const errors = line(inLine(errorsOf(telling)), Math.floor(left / 2));
  const told = line(message, left);
  const facts = line(inLine(factsOf(telling)), left);
  return [head, ...told, ...errors, ...facts, id].join("\n");
};
