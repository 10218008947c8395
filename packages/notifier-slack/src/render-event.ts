import type { DescribedField, Locale } from "@datasync-monitor/core";
import {
  type Attachment,
  type Block,
  context,
  header,
  mrkdwn,
  paragraph,
  sizeOf,
} from "./blocks.ts";
import { fencedWithin, isBlank, mrkdwnWithin, printable } from "./escape.ts";
import { limits } from "./limits.ts";
import { linkOf } from "./link.ts";
import { errorsOf, factsOf, headlineOf, idOf, isLong, originOf, type Telling } from "./telling.ts";
import { words } from "./words.ts";

/** Where the parts of a message stand. */
export interface Layout {
  readonly blocks: Block[];
  readonly attachments: Attachment[];
}

const labelRoom = 200;

const labelled = (label: string, value: string): string =>
  isBlank(label) ? value : `*${mrkdwnWithin(label, labelRoom)}*\n${value}`;

/** Short facts stand two abreast, ten to a section. */
const grid = (facts: readonly DescribedField[]): Block => ({
  type: "section",
  fields: facts.map(({ label, value }) =>
    mrkdwn(labelled(label, linkOf(value) ?? mrkdwnWithin(value, limits.field - labelRoom - 3))),
  ),
});

/** A long fact has a section of its own, in a code block: shown as it is, line by line. No address is a link there. */
const full = ({ label, value }: DescribedField): Block => ({
  type: "section",
  text: mrkdwn(labelled(label, linkOf(value) ?? fencedWithin(value, limits.text - labelRoom - 3))),
});

const inTens = (facts: readonly DescribedField[]): DescribedField[][] =>
  Array.from({ length: Math.ceil(facts.length / limits.fieldsPerSection) }, (_, row) =>
    facts.slice(row * limits.fieldsPerSection, (row + 1) * limits.fieldsPerSection),
  );

/** Those of `describe()`; more would leave no room for the message. */
const mostAbove = 2;

/**
 * Header and message stand in the message itself: beside blocks of its own Slack does not show its `text`,
 * which says the same. What went wrong, facts as far as there is room, where and when, and the id stand
 * behind the bar in the colour of the level; above a long message stands what went wrong.
 */
export const eventLayout = (telling: Telling, locale: Locale): Layout => {
  const message = printable(telling.said.message);
  const errors = errorsOf(telling);
  const above = isLong(message) ? errors.slice(0, mostAbove) : [];
  const blocks = [header(headlineOf(telling)), ...above.map(full), ...paragraph(message)];
  const facts = factsOf(telling);
  const rows = [
    ...errors.slice(above.length).map((error) => ({ count: 1, block: full(error) })),
    ...inTens(facts.filter(({ short }) => short)).map((row) => ({
      count: row.length,
      block: grid(row),
    })),
    ...facts.filter(({ short }) => !short).map((fact) => ({ count: 1, block: full(fact) })),
  ];
  const end = 2; // the line that counts what is left out, and the origin
  let room =
    limits.total - end * limits.summary - blocks.reduce((sum, block) => sum + sizeOf(block), 0);
  const shown: Block[] = [];
  let leftOut = 0;
  for (const { count, block } of rows) {
    if (sizeOf(block) <= room && blocks.length + shown.length < limits.blocks - end) {
      shown.push(block);
      room -= sizeOf(block);
    } else {
      leftOut += count;
    }
  }
  if (leftOut > 0) shown.push(context(words[locale].moreFields(leftOut)));
  const origin = originOf(telling);
  const attachment: Attachment = {
    color: telling.said.color,
    fallback: origin,
    blocks: [...shown, context(`${origin}\n${idOf(telling)}`)],
  };
  return { blocks, attachments: [attachment] };
};
