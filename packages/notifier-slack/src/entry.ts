import { type DescribedField, singleLine } from "@datasync-monitor/core";
import { isBlank, mrkdwnWithin } from "./escape.ts";
import { linkOf } from "./link.ts";
import { errorsOf, factsOf, headlineOf, idOf, isLong, originOf, type Telling } from "./telling.ts";

/** Of the headline, and of where and when. */
const lineRoom = 200;
const idRoom = 100;

const escaped = (text: string): string => mrkdwnWithin(text, Number.POSITIVE_INFINITY);

/** `Label: value · Label: value` in at most `room` units, escaped. */
const inLine = (facts: readonly DescribedField[], room: number): string => {
  let line = "";
  for (const { label, value } of facts) {
    const lead = `${line === "" ? "" : " · "}${label}: `;
    const text = lead + singleLine(value);
    const link = linkOf(value);
    const whole = link === undefined ? escaped(text) : escaped(lead) + link;
    if (line.length + whole.length > room) return line + mrkdwnWithin(text, room - line.length);
    line += whole;
  }
  return line;
};

const roomOf = (line: string): number => (line === "" ? 0 : line.length + 1);

/**
 * An event in a few lines of at most `room` units, escaped: headline, where and when; message and what went
 * wrong; other facts; id. What went wrong has half of what the first and the last line leave, and what the message
 * does not need of the other half.
 *
 * @param message - Printable, not escaped.
 */
export const entryOf = (telling: Telling, room: number, message: string): string => {
  const head = `*${mrkdwnWithin(headlineOf(telling), lineRoom)}* · ${mrkdwnWithin(originOf(telling), lineRoom)}`;
  const id = mrkdwnWithin(idOf(telling), idRoom);
  const left = Math.max(0, room - head.length - id.length - 1);
  const asked = isBlank(message) ? 0 : mrkdwnWithin(message, left).length + 1;
  const errors = inLine(errorsOf(telling), Math.max(Math.floor(left / 2), left - asked) - 1);
  const told = isBlank(message) ? "" : mrkdwnWithin(message, left - roomOf(errors) - 1);
  const facts = inLine(factsOf(telling), left - roomOf(errors) - roomOf(told) - 1);
  const body = isLong(told) ? [errors, told] : [told, errors];
  return [head, ...body, facts, id].filter((line) => line !== "").join("\n");
};
