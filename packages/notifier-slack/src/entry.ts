import { type DescribedField, singleLine } from "@datasync-monitor/core";
import { endsWithin, escapeMrkdwn, isBlank, mrkdwnWithin } from "./escape.ts";
import { linkOf } from "./link.ts";
import { errorsOf, factsOf, headlineOf, idOf, isLong, originOf, type Telling } from "./telling.ts";

const headlineRoom = 200;

/** `Label: value · Label: value` in at most `room` units, escaped, the last one by `cut` where it is too long. */
const inLine = (
  facts: readonly DescribedField[],
  room: number,
  cut: (text: string, max: number) => string,
): string => {
  let line = "";
  for (const { label, value } of facts) {
    const lead = `${line === "" ? "" : " · "}${label}: `;
    const text = lead + singleLine(value);
    const link = linkOf(value);
    const whole = link === undefined ? escapeMrkdwn(text) : escapeMrkdwn(lead) + link;
    if (line.length + whole.length > room) return line + cut(text, room - line.length);
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
  const head = `*${mrkdwnWithin(headlineOf(telling), headlineRoom)}* · ${originOf(telling)}`;
  const id = idOf(telling);
  const left = Math.max(0, room - head.length - id.length - 1);
  const asked = isBlank(message) ? 0 : mrkdwnWithin(message, left).length + 1;
  const most = Math.max(Math.floor(left / 2), left - asked) - 1;
  const errors = inLine(errorsOf(telling), most, endsWithin);
  const told = isBlank(message) ? "" : mrkdwnWithin(message, left - roomOf(errors) - 1);
  const facts = inLine(factsOf(telling), left - roomOf(errors) - roomOf(told) - 1, mrkdwnWithin);
  const body = isLong(told) ? [errors, told] : [told, errors];
  return [head, ...body, facts, id].filter((line) => line !== "").join("\n");
};
