import { type EventInput, EventLevel, EventType, type Locale } from "@datasync-monitor/core";
import { cleanup } from "./cleanup.ts";
import { migration } from "./migration.ts";
import type { Chapter } from "./sample.ts";
import { sync } from "./sync.ts";
import { system } from "./system.ts";

/** What one exhibit shows: a single event, or several that leave as one digest. */
export interface Sample {
  /** `"sync_failure.error"`, `"digest.outage"`. Stable: the anchors of the page are made of it. */
  readonly id: string;
  /** An event type, or `"digest"`, or `"metrics"`. */
  readonly type: string;
  readonly level: EventLevel | undefined;
  readonly events: readonly EventInput[];
}

const chapters: Chapter = { ...sync, ...cleanup, ...migration, ...system };

export const types: readonly EventType[] = Object.values(EventType);
export const levels: readonly EventLevel[] = Object.values(EventLevel);

const eventOf = (type: EventType, level: EventLevel, locale: Locale): EventInput => {
  const { said, details, metrics } = chapters[type][level];
  return { event_type: type, level, message: said[locale], details, metrics };
};

const single = (type: EventType, level: EventLevel, locale: Locale): Sample => ({
  id: `${type}.${level}`,
  type,
  level,
  events: [eventOf(type, level, locale)],
});

/** A night in which the source goes away and the disk fills up. */
const outage: readonly (readonly [EventType, EventLevel])[] = [
  ["sync_start", "info"],
  ["sync_failure", "warning"],
  ["sync_failure", "error"],
  ["storage_warning", "critical"],
  ["health_check", "warning"],
  ["sync_success", "info"],
];

/** Twenty, as many as one chat message takes: what a backlog looks like once it is let go. */
const backlog: readonly (readonly [EventType, EventLevel])[] = [
  ...types.map((type) => [type, "error"] as const),
  ...types.slice(0, 7).map((type) => [type, "critical"] as const),
];

const digest = (
  name: string,
  members: readonly (readonly [EventType, EventLevel])[],
  locale: Locale,
): Sample => ({
  id: `digest.${name}`,
  type: "digest",
  level: undefined,
  events: members.map(([type, level]) => eventOf(type, level, locale)),
});

/** Every event type at every level, one at a time. */
export const matrix = (locale: Locale): readonly Sample[] =>
  types.flatMap((type) => levels.map((level) => single(type, level, locale)));

export const digests = (locale: Locale): readonly Sample[] => [
  digest("outage", outage, locale),
  digest("backlog", backlog, locale),
];

/** The matrix in one go, for a notifier that keeps counts and no events. */
export const counted = (locale: Locale): Sample => ({
  id: "metrics.all",
  type: "metrics",
  level: undefined,
  events: matrix(locale).flatMap(({ events }) => events),
});

/** Markup of every destination, in every place where an event has text. */
export const hostile = (text: string): Sample => ({
  id: "hostile.error",
  type: "hostile",
  level: "error",
  events: [
    {
      event_type: "sync_failure",
      message: `${text}\n${text}`,
      details: { [text.slice(0, 60)]: text, nested: { [text.slice(0, 60)]: [text] }, error: text },
      metrics: { [text.slice(0, 60)]: 1 },
    },
  ],
});
