import {
  type DescribedField,
  type DescribeOptions,
  describe,
  type EventLevel,
  type MonitorEvent,
  singleLine,
  truncate,
} from "@datasync-monitor/core";

/** An event as the mail shows it: bounded plain text, free of control characters, not escaped. */
export interface View {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly level: EventLevel;
  readonly levelLabel: string;
  readonly color: string;
  readonly message: string;
  readonly time: string;
  readonly fields: readonly Pick<DescribedField, "label" | "value">[];
  /** Fields that found no room. */
  readonly hidden: number;
}

/** In characters. `describe` bounds a value at 1,000, and the fields at 31. */
export interface Bounds {
  readonly message: number;
  /** Over all fields, labels included. */
  readonly fields: number;
}

export const alone: Bounds = { message: 4_000, fields: 14_000 };
export const amongOthers: Bounds = { message: 1_000, fields: 4_000 };

/** Keeps line breaks; every other character that cannot be seen becomes a space. */
const tidy = (text: string, max: number): string =>
  truncate(text.replaceAll("\t", "    "), max)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.slice(0, line.search(/[^ ]|$/)) + singleLine(line))
    .join("\n")
    .trim();

export const viewOf = (event: MonitorEvent, options: DescribeOptions, bounds: Bounds): View => {
  const { title, level, levelLabel, color, message, time, fields } = describe(event, options);
  let room = bounds.fields;
  const shown: Pick<DescribedField, "label" | "value">[] = [];
  for (const { label, value: whole } of fields) {
    const value = tidy(whole, bounds.fields);
    room -= label.length + value.length;
    if (room < 0) break;
    shown.push({ label, value });
  }
  return {
    id: singleLine(event.id),
    type: singleLine(event.event_type),
    title: singleLine(title),
    level,
    levelLabel: singleLine(levelLabel),
    color,
    message: tidy(message, bounds.message),
    time,
    fields: shown,
    hidden: fields.length - shown.length,
  };
};
