import {
  type Batch,
  type EventLevel,
  type Locale,
  singleLine,
  truncate,
} from "@datasync-monitor/core";
import { htmlHeading, htmlList, htmlNote, htmlPage, htmlRow, htmlSection } from "./html.ts";
import { plainDigest, plainRow, plainSection } from "./plain.ts";
import { alone, amongOthers, type View, viewOf } from "./view.ts";
import { type Words, wordsFor } from "./words.ts";

export interface RenderOptions {
  readonly subjectPrefix: string;
  readonly locale?: Locale | undefined;
  readonly timeZone?: string | undefined;
}

/** What a person reads, in both forms. Strings only: nodemailer would open a `path` or an `href`. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const longestSubject = 150;

/**
 * Bytes of HTML that a digest fills; Gmail cuts what is beyond 102 kB,
 * https://github.com/hteumeuleu/email-bugs/issues/41. The text part says the same in less, and however
 * both are encoded, the mail stays under 500 kB.
 */
const room = 98_000;

const ranks: Readonly<Record<EventLevel, number>> = { info: 0, warning: 1, error: 2, critical: 3 };

const subjectOf = (prefix: string, rest: string): string =>
  truncate(singleLine(`${prefix} ${rest}`), longestSubject);

const renderOne = (
  view: View,
  words: Words,
  { subjectPrefix, locale = "en" }: RenderOptions,
): Mail => {
  // The level as every other program spells it, so that a mail rule can rely on it in any language.
  const subject = subjectOf(
    subjectPrefix,
    `${view.level.toUpperCase()} ${view.type}: ${view.message || view.title}`,
  );
  return {
    subject,
    text: `${plainSection(view, words)}\n`,
    html: htmlPage(subject, view.color, locale, htmlSection(view, words)),
  };
};

interface Part {
  readonly plain: string;
  readonly html: string;
}

/** No section is smaller. */
const smallestSection = 700;

/** The sections that find room, in order; the gravest are asked first. */
const fitting = (views: readonly View[], words: Words, space: number): readonly Part[] => {
  const gravest = [...views.entries()].sort(([, a], [, b]) => ranks[b.level] - ranks[a.level]);
  const kept: (Part | undefined)[] = views.map(() => undefined);
  let left = space;
  for (const [index, view] of gravest) {
    if (left < smallestSection) break;
    const html = htmlSection(view, words);
    const needs = Buffer.byteLength(html);
    if (needs > left) continue;
    left -= needs;
    kept[index] = { plain: plainSection(view, words), html };
  }
  return kept.filter((part) => part !== undefined);
};

const renderMany = (
  views: readonly [View, ...View[]],
  words: Words,
  { subjectPrefix, locale = "en" }: RenderOptions,
): Mail => {
  const levels = { info: 0, warning: 0, error: 0, critical: 0 };
  for (const { level } of views) levels[level] += 1;
  const byRank = [...views].sort((a, b) => ranks[b.level] - ranks[a.level]);
  const summary = words.summary(views.length, levels);
  const subject = subjectOf(
    subjectPrefix,
    `${summary}: ${[...new Set(byRank.map(({ type }) => type))].join(", ")}`,
  );
  const rows = views.map((view) => ({ plain: plainRow(view), html: htmlRow(view) }));
  const spent = rows.reduce((sum, { html }) => sum + Buffer.byteLength(html), 0);
  const sections = fitting(views, words, room - spent);
  const omitted = views.length - sections.length;
  const note = omitted === 0 ? "" : words.listedOnly(omitted);
  return {
    subject,
    text: plainDigest({
      summary,
      rows: rows.map(({ plain }) => plain),
      sections: sections.map(({ plain }) => plain),
      note,
    }),
    html: htmlPage(
      subject,
      byRank[0]?.color ?? views[0].color,
      locale,
      htmlHeading(summary) +
        htmlList(rows.map(({ html }) => html)) +
        htmlNote(note) +
        sections.map(({ html }) => html).join(""),
    ),
  };
};

/** A batch as one mail: one event in full, or several as a list with a section for each. */
export const renderMail = (batch: Batch, options: RenderOptions): Mail => {
  const words = wordsFor(options.locale);
  const [first, ...rest] = batch;
  if (rest.length === 0) return renderOne(viewOf(first, options, alone), words, options);
  return renderMany(
    [
      viewOf(first, options, amongOthers),
      ...rest.map((event) => viewOf(event, options, amongOthers)),
    ],
    words,
    options,
  );
};
