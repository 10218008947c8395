import {
  type Batch,
  describeBatch,
  type Locale,
  singleLine,
  truncate,
} from "@datasync-monitor/core";
import {
  htmlHeading,
  htmlList,
  htmlListed,
  htmlNote,
  htmlPage,
  htmlRow,
  htmlSection,
} from "./html.ts";
import { plainDigest, plainListed, plainRow, plainSection } from "./plain.ts";
import {
  alone,
  amongOthers,
  type ListBounds,
  levelWord,
  listBounds,
  type View,
  viewOf,
} from "./view.ts";
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

const subjectOf = (prefix: string, rest: string): string =>
  truncate(singleLine(`${prefix} ${rest}`), longestSubject);

const renderOne = (
  view: View,
  words: Words,
  { subjectPrefix, locale = "en" }: RenderOptions,
): Mail => {
  const subject = subjectOf(
    subjectPrefix,
    `[${levelWord(view)}] ${view.type} · ${view.service}: ${view.message || view.title}`,
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

interface Told {
  readonly row: Part;
  /** Undefined: there was no room for it, and its row says more. */
  readonly section: Part | undefined;
}

/** No section is smaller. */
const smallestSection = 700;

const bytesOf = ({ html }: Part): number => Buffer.byteLength(html);

interface Row {
  readonly view: View;
  readonly brief: Part;
  readonly listed: Part;
}

const rowsWithin = (views: readonly View[], words: Words, bounds: ListBounds): readonly Row[] =>
  views.map((view) => ({
    view,
    brief: { plain: plainRow(view, bounds), html: htmlRow(view, bounds) },
    listed: { plain: plainListed(view, words, bounds), html: htmlListed(view, words, bounds) },
  }));

const listBytes = (rows: readonly Row[]): number =>
  rows.reduce((sum, { listed }) => sum + bytesOf(listed), 0);

/** The list, in so few words that a third of the room is left: a list alone would say no more of the gravest than of others. */
const listAll = (views: readonly View[], words: Words): readonly Row[] => {
  let rows: readonly Row[] = [];
  for (const bounds of listBounds) {
    rows = rowsWithin(views, words, bounds);
    if (listBytes(rows) <= (room * 2) / 3) break;
  }
  return rows;
};

/** Each event with its row, and those that find room, in order, with their section. */
const tellAll = (views: readonly View[], words: Words): readonly Told[] => {
  const rows = listAll(views, words);
  let left = room - listBytes(rows);
  return rows.map(({ view, brief, listed }) => {
    const space = left + bytesOf(listed) - bytesOf(brief);
    if (space < smallestSection) return { row: listed, section: undefined };
    const section = { plain: plainSection(view, words), html: htmlSection(view, words) };
    if (bytesOf(section) > space) return { row: listed, section: undefined };
    left = space - bytesOf(section);
    return { row: brief, section };
  });
};

/** What all events of a digest have of something, the gravest first, each once. */
const distinct = (views: readonly View[], of: (view: View) => string): string =>
  [...new Set(views.map(of))].join(", ");

const longestServices = 60;

/**
 * @param views - The gravest first.
 * @param summary - How many there are of each level.
 */
const renderMany = (
  views: readonly [View, ...View[]],
  summary: string,
  words: Words,
  { subjectPrefix, locale = "en" }: RenderOptions,
): Mail => {
  const services = truncate(
    distinct(views, ({ service }) => service),
    longestServices,
  );
  const subject = subjectOf(
    subjectPrefix,
    `${summary} · ${services}: ${distinct(views, ({ type }) => type)}`,
  );
  const told = tellAll(views, words);
  const sections = told.flatMap(({ section }) => section ?? []);
  const omitted = views.length - sections.length;
  const note = omitted === 0 ? "" : words.listedOnly(omitted);
  return {
    subject,
    text: plainDigest({
      summary,
      rows: told.map(({ row }) => row.plain),
      sections: sections.map(({ plain }) => plain),
      note,
    }),
    html: htmlPage(
      subject,
      views[0].color,
      locale,
      htmlHeading(summary) +
        htmlList(told.map(({ row }) => row.html)) +
        htmlNote(note) +
        sections.map(({ html }) => html).join(""),
    ),
  };
};

/** A batch as one mail: one event in full, or several as a list with a section for each, the gravest first. */
export const renderMail = (batch: Batch, options: RenderOptions): Mail => {
  const words = wordsFor(options.locale);
  const { events, title } = describeBatch(batch, options);
  const [first = batch[0], ...rest] = events;
  if (rest.length === 0) return renderOne(viewOf(first, options, alone), words, options);
  return renderMany(
    [
      viewOf(first, options, amongOthers),
      ...rest.map((event) => viewOf(event, options, amongOthers)),
    ],
    title,
    words,
    options,
  );
};
