import { singleLine, truncate } from "@datasync-monitor/core";
import type { View } from "./view.ts";
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
    `${view.level.toUpperCase()}  ${view.title}`,
    ...(view.message === "" ? [] : ["", view.message]),
    "",
    ...view.fields.map(({ label, value }) => fieldLine(label, value)),
    ...(view.hidden > 0 ? [words.moreFields(view.hidden)] : []),
    fieldLine(words.eventId, view.id),
  ].join("\n");

const longestRow = 80;

/** One event in a line of the list that a digest opens with. */
export const plainRow = (view: View): string =>
  `${view.time}  ${view.level.toUpperCase().padEnd(8)}  ${view.type}: ${truncate(singleLine(view.message), longestRow)}`;

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
