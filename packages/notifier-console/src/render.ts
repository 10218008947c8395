import {
  type DescribeOptions,
  describe,
  type EventLevel,
  type MonitorEvent,
} from "@datasync-monitor/core";
import { inertJson, printableLines } from "./escape.ts";

/** SGR parameters (ECMA-48 §8.3.117). */
const style: Readonly<Record<EventLevel | "bold" | "dim", string>> = {
  info: "36",
  warning: "33",
  error: "31",
  critical: "1;97;41",
  bold: "1",
  dim: "2",
};

type Paint = (name: keyof typeof style, text: string) => string;

const colored: Paint = (name, text) => `\u001b[${style[name]}m${text}\u001b[0m`;
const plain: Paint = (_name, text) => text;

/** How many of a description's fields stand in the headline already: service, event type and time. */
const inHeadline = 3;

/** Continuation lines carry a gutter, so that no text of an event can pass for a headline. */
const folded = (paint: Paint, lines: readonly string[]): string[] =>
  lines.map((line) => `  ${paint("dim", "│")} ${line}`);

interface PrettyOptions extends DescribeOptions {
  readonly color: boolean;
}

/** An event as a headline and indented fields, each line ended. */
export const prettyEvent = (event: MonitorEvent, options: PrettyOptions): string => {
  const paint = options.color ? colored : plain;
  const { fields, level, levelLabel, time, title } = describe(event, options);
  const oneLine = (text: string): string => printableLines(text).join(" ");
  const [first = "", ...rest] = printableLines(event.message);
  const name = oneLine(title);
  const message = first.trim() === "" ? "" : `: ${first}`;
  // "Data sync failed: no answer" is told as it is, and not as "Data sync failed: Data sync failed: no answer".
  const said = first.startsWith(name) ? first.slice(name.length) : message;
  const headline = [
    paint("dim", oneLine(time)),
    paint(level, oneLine(levelLabel).toUpperCase()),
    `[${oneLine(event.service)}]`,
    paint("bold", name) + said,
  ].join(" ");
  const body = fields.slice(inHeadline).flatMap(({ label, value }) => {
    const lines = printableLines(value);
    const head = `  ${paint("dim", `${oneLine(label)}:`)}`;
    return lines.length === 1 ? `${head} ${lines[0]}` : [head, ...folded(paint, lines)];
  });
  return `${[headline, ...folded(paint, rest), ...body].join("\n")}\n`;
};

/** An event as one line of JSON, ended. */
export const jsonLine = (event: MonitorEvent): string => `${inertJson(event)}\n`;
