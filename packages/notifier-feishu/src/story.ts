import { type Description, describe, type Locale, type MonitorEvent } from "@datasync-monitor/core";
import { printable } from "./escape.ts";
import type { FeishuCardSchema } from "./format.ts";

/** How the messages of one notifier look. */
export interface Look {
  readonly locale: Locale;
  /** An IANA name; undefined: UTC. */
  readonly timeZone: string | undefined;
  readonly keyword: string | undefined;
  readonly cardSchema: FeishuCardSchema;
  /** `"all"`, or open_ids and user_ids, checked: they go into tags as they are. */
  readonly mentions: readonly string[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly short: boolean;
}

/** An event in words, legible but not yet cut or escaped. */
export interface Story {
  readonly event: MonitorEvent;
  /** In one line: a store may hold what no monitor made. */
  readonly id: string;
  readonly level: Description["level"];
  /** `数据同步失败` */
  readonly title: string;
  /** `[错误] 数据同步失败` */
  readonly headline: string;
  readonly message: string;
  readonly time: string;
  readonly service: string;
  readonly type: string;
  /** Service, event type and time. */
  readonly head: readonly Fact[];
  /** What went wrong, by the event's own details. */
  readonly errors: readonly Fact[];
  /** Metrics, then the other details. */
  readonly facts: readonly Fact[];
}

const headFields = 3;
const emptyValue = "-";

const oneLine = (text: string): string => printable(text).replaceAll("\n", " ");

const fact = ({ label, value, short }: Fact): Fact => ({
  label: oneLine(label) || emptyValue,
  value: printable(value) || emptyValue,
  short,
});

export const tell = (event: MonitorEvent, look: Look): Story => {
  const words = describe(event, { locale: look.locale, timeZone: look.timeZone });
  const { fields, errors } = words;
  return {
    event,
    id: oneLine(event.id) || emptyValue,
    level: words.level,
    title: oneLine(words.title),
    headline: oneLine(`[${words.levelLabel}] ${words.title}`),
    message: printable(words.message),
    time: oneLine(words.time),
    service: oneLine(event.service),
    type: oneLine(event.event_type),
    head: fields.slice(0, headFields).map(fact),
    errors: errors.map(fact),
    facts: fields.slice(headFields + errors.length).map(fact),
  };
};
