import {
  type DescribedField,
  type DescribeOptions,
  describe,
  type EventLevel,
  type MonitorEvent,
  singleLine,
  truncate,
} from "@datasync-monitor/core";

type Field = Pick<DescribedField, "label" | "value">;

/** An event as the mail shows it: bounded plain text, free of control characters, not escaped. */
export interface View {
  readonly id: string;
  readonly type: string;
  readonly service: string;
  readonly title: string;
  readonly level: EventLevel;
  readonly levelLabel: string;
  readonly color: string;
  readonly message: string;
  readonly time: string;
  /** What went wrong, by the event's own details, in one line; empty where they say nothing of it. */
  readonly trouble: string;
  /** What went wrong, where the message is so long that it would be off a phone's screen below it. */
  readonly above: readonly Field[];
  /** What went wrong, then service, event type and time, then the others; without those `above`. */
  readonly fields: readonly Field[];
  /** Fields that found no room. */
  readonly hidden: number;
}

/** `ERROR`, or `错误`. */
export const levelWord = ({ levelLabel }: View): string => levelLabel.toUpperCase();

/** In characters. `describe` bounds a value at 1,000, and the fields at 31. */
export interface Bounds {
  readonly message: number;
  /** Over all fields, labels included. */
  readonly fields: number;
}

export const alone: Bounds = { message: 4_000, fields: 14_000 };
export const amongOthers: Bounds = { message: 1_000, fields: 4_000 };

const longestService = 60;

/** What a list says of one event, in characters. */
export interface ListBounds {
  readonly message: number;
  readonly trouble: number;
}

/** The roomiest first. */
export const listBounds = [
  { message: 80, trouble: 120 },
  { message: 60, trouble: 60 },
  { message: 40, trouble: 30 },
  { message: 20, trouble: 0 },
] as const satisfies readonly ListBounds[];

/** What belongs to the character before it. */
const glue = /^[\udc00-\udfff\p{M}\p{EMod}\u200d]+/u;

/** What went wrong, as a list has room for it: cut in its middle, for it ends with its cause. */
export const troubleWithin = ({ trouble }: View, { trouble: most }: ListBounds): string => {
  if (trouble.length <= most) return trouble;
  const head = truncate(trouble, Math.ceil(most / 2));
  return head + trouble.slice(trouble.length - most + head.length).replace(glue, "");
};

/** Keeps line breaks; every other character that cannot be seen becomes a space. */
const tidy = (text: string, max: number): string =>
  truncate(text.replaceAll("\t", "    "), max)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.slice(0, line.search(/[^ ]|$/)) + singleLine(line))
    .join("\n")
    .trim();

const isLong = (text: string): boolean => text.length > 600 || text.split("\n").length > 10;

/** A description begins with service, event type and time. */
const headFields = 3;

export const viewOf = (event: MonitorEvent, options: DescribeOptions, bounds: Bounds): View => {
  const said = describe(event, options);
  const { title, level, levelLabel, color, message, time, fields, errors } = said;
  const all = [
    ...errors,
    ...fields.slice(0, headFields),
    ...fields.slice(headFields + errors.length),
  ];
  let room = bounds.fields;
  const shown: Field[] = [];
  for (const { label, value: whole } of all) {
    const value = tidy(whole, bounds.fields);
    room -= label.length + value.length;
    if (room < 0) break;
    shown.push({ label, value });
  }
  const text = tidy(message, bounds.message);
  const above = isLong(text) ? errors.length : 0;
  return {
    id: singleLine(event.id),
    type: singleLine(event.event_type),
    service: truncate(singleLine(event.service), longestService),
    title: singleLine(title),
    level,
    levelLabel: singleLine(levelLabel),
    color,
    message: text,
    time,
    trouble: errors.map(({ label, value }) => `${label}: ${singleLine(value)}`).join(" · "),
    above: shown.slice(0, above),
    fields: shown.slice(above),
    hidden: all.length - shown.length,
  };
};
