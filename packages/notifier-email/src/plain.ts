import { singleLine, truncate } from "@datasync-monitor/core";
import { levelWord, longestMessage, longestTrouble, type View } from "./view.ts";
import type { Words } from "./words.ts";

const rule = "-".repeat(60);

const indent = (text: string, by: number): string => text.replaceAll("\n", `\n${" ".repeat(by)}`);

const labelWidth = 16;

/** Chinese letters are two columns wide. */
const columns = (text: string): number => text.replace(/[\u1100-\uffef]/g, "xx").length;

const fieldLine = (label: string, value: string): string => {
  const head = `${label}: ${" ".repeat(Math.max(0, labelWidth - 2 - columns(label)))}`;
  return `${head}${indent(value, labelWidth)}`;
};

/** One event in full. */
export const plainSection = (view: View, words: Words): string =>
  [
    `${levelWord(view)}  ${view.title}`,
    ...(view.message === "" ? [] : ["", view.message]),
    "",
    ...view.fields.map(({ label, value }) => fieldLine(label, value)),
    ...(view.hidden > 0 ? [words.moreFields(view.hidden)] : []),
    fieldLine(words.eventId, view.id),
  ].join("\n");

const levelWidth = 8;

/** One event in a line of the list that a digest opens with. */
export const plainRow = (view: View): string => {
  const level = levelWord(view);
  const pad = " ".repeat(Math.max(0, levelWidth - columns(level)));
  return `${view.time}  ${level}${pad}  ${view.type} · ${view.service}: ${truncate(singleLine(view.message), longestMessage)}`;
};

/** The same for one that is listed only: what its section would have said first and last. */
export const plainListed = (view: View, words: Words): string =>
  [
    plainRow(view),
    ...(view.trouble === "" ? [] : [`    ${truncate(view.trouble, longestTrouble)}`]),
    `    ${words.eventId}: ${view.id}`,
  ].join("\n");

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
