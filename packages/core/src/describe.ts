import type { EventLevel, MonitorEvent } from "./event.ts";
import type { Locale } from "./notifier.ts";

export interface DescribedField {
  /** In the reader's language where it is one of ours, else the key itself. */
  readonly label: string;
  /** Plain text, not escaped for any destination. */
  readonly value: string;
  /** true: short enough to stand beside another. */
  readonly short: boolean;
}

/** An event in words: what every renderer starts from. Plain text throughout, not escaped for any destination. */
export interface Description {
  /** What happened, by event type: "Data sync failed". Your own types: the type itself. */
  readonly title: string;
  readonly level: EventLevel;
  readonly levelLabel: string;
  /** `#rrggbb`: blue, amber, red, deep red. */
  readonly color: string;
  readonly message: string;
  /** In the reader's time zone, with its offset: "2025-08-29 18:30:00 +08:00". */
  readonly time: string;
  /** Service, event type, time, then metrics, then details. */
  readonly fields: readonly DescribedField[];
}

export interface DescribeOptions {
  /** Default "en". */
  readonly locale?: Locale | undefined;
  /** An IANA name. Default "UTC". */
  readonly timeZone?: string | undefined;
}

/** Puts an event into words, in English or Chinese, with its time in a named zone. */
export const describe = (event: MonitorEvent, options: DescribeOptions = {}): Description => {
  void options;
  return {
    title: event.event_type,
    level: event.level,
    levelLabel: event.level,
    color: "#2563eb",
    message: event.message,
    time: event.timestamp,
    fields: [],
  };
};
