import { singleLine, truncate } from "@datasync-monitor/core";
import { type ListBounds, levelWord, troubleWithin, type View } from "./view.ts";
import type { Words } from "./words.ts";

const rule = "-".repeat(60);

/** Continued lines stand in, so that no text can pass for another line of the mail. */
const indent = (text: string, by: number): string => text.replaceAll("\n", `\n${" ".repeat(by)}`);

const labelWidth = 16;

/** Chinese letters are two columns wide. */
const columns = (text: string): number => text.replace(/[\u1100-\uffef]/g, "xx").length;

const fieldLine = ({ label, value }: View["fields"][number]): string => {
  const head = `${label}: ${" ".repeat(Math.max(0, labelWidth - 2 - columns(label)))}`;
  return `${head}${indent(value, labelWidth)}`;
};

/** One event in full. */
export const plainSection = (view: View, words: Words): string =>
  [
    `${levelWord(view)}  ${view.title}`,
    ...(view.above.length === 0 ? [] : ["", ...view.above.map(fieldLine)]),
    ...(view.message === "" ? [] : ["", indent(view.message, 2)]),
    "",
    ...view.fields.map(fieldLine),
    ...(view.hidden > 0 ? [words.moreFields(view.hidden)] : []),
    fieldLine({ label: words.eventId, value: view.id }),
  ].join("\n");

const levelWidth = 8;

/** One event in a line of the list that a digest opens with. */
export const plainRow = (view: View, { message }: ListBounds): string => {
  const level = levelWord(view);
  const pad = " ".repeat(Math.max(0, levelWidth - columns(level)));
  return `${view.time}  ${level}${pad}  ${view.type} · ${view.service}: ${truncate(singleLine(view.message), message)}`;
};

/** The same for one that is listed only: what its section would have said first and last. */
export const plainListed = (view: View, words: Words, bounds: ListBounds): string => {
  const trouble = troubleWithin(view, bounds);
  return [
    plainRow(view, bounds),
    ...(trouble === "" ? [] : [`    ${trouble}`]),
    `    ${words.eventId}: ${view.id}`,
  ].join("\n");
};

export interface PlainDigest {
  readonly summary: string;
  readonly rows: readonly string[];
  readonly sections: readonly string[];
  readonly note: string;
}

export const plainDigest = ({ summary, rows, sections, note }: PlainDigest): string =>
  [
    summary,
    "",
    ...rows,
    ...(note === "" ? [] : ["", note]),
    ...sections.map((section) => `\n${rule}\n\n${section}`),
    "",
  ].join("\n");
