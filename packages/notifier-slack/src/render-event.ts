import type { DescribedField, Locale } from "@datasync-monitor/core";
import { type Block, context, header, mrkdwn, paragraph, sizeOf } from "./blocks.ts";
import { fencedWithin, isBlank, mrkdwnWithin, printable } from "./escape.ts";
import { limits } from "./limits.ts";
import { factsOf, headlineOf, originOf, type Telling } from "./telling.ts";
import { words } from "./words.ts";

const labelRoom = 200;

const labelled = (label: string, value: string): string =>
  isBlank(label) ? value : `*${mrkdwnWithin(label, labelRoom)}*\n${value}`;

/** Short facts stand two abreast, ten to a section. */
const grid = (facts: readonly DescribedField[]): Block => ({
  type: "section",
  fields: facts.map(({ label, value }) =>
    mrkdwn(labelled(label, mrkdwnWithin(value, limits.field - labelRoom - 3))),
  ),
});

/** A long fact has a section of its own, in a code block: shown as it is, line by line. */
const full = ({ label, value }: DescribedField): Block => ({
  type: "section",
  text: mrkdwn(labelled(label, fencedWithin(value, limits.text - labelRoom - 3))),
});

const inTens = (facts: readonly DescribedField[]): DescribedField[][] =>
  Array.from({ length: Math.ceil(facts.length / limits.fieldsPerSection) }, (_, row) =>
    facts.slice(row * limits.fieldsPerSection, (row + 1) * limits.fieldsPerSection),
  );

/** Header, message, facts as far as there is room, and where and when. */
export const eventBlocks = (telling: Telling, locale: Locale): Block[] => {
  const blocks = [header(headlineOf(telling)), ...paragraph(printable(telling.said.message))];
  const facts = factsOf(telling);
  const rows = [
    ...inTens(facts.filter(({ short }) => short)).map((row) => ({
      count: row.length,
      block: grid(row),
    })),
    ...facts.filter(({ short }) => !short).map((fact) => ({ count: 1, block: full(fact) })),
  ];
  const end = 2; // the line that counts what is left out, and the origin
  let room =
    limits.total - end * limits.summary - blocks.reduce((sum, block) => sum + sizeOf(block), 0);
  let leftOut = 0;
  for (const { count, block } of rows) {
    if (sizeOf(block) <= room && blocks.length < limits.blocks - end) {
      blocks.push(block);
      room -= sizeOf(block);
    } else {
      leftOut += count;
    }
  }
  if (leftOut > 0) blocks.push(context(words[locale].moreFields(leftOut)));
  return [...blocks, context(originOf(telling))];
};
