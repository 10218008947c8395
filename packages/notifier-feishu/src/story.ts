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
  readonly level: Description["level"];
  /** `[错误] 数据同步失败` */
  readonly headline: string;
  readonly message: string;
  readonly time: string;
  readonly service: string;
  /** Service, event type and time. */
  readonly head: readonly Fact[];
  /** Metrics, then details. */
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
  return {
    event,
    level: words.level,
    headline: `[${oneLine(words.levelLabel)}] ${oneLine(words.title)}`,
    message: printable(words.message),
    time: oneLine(words.time),
    service: oneLine(event.service),
    head: words.fields.slice(0, headFields).map(fact),
    facts: words.fields.slice(headFields).map(fact),
  };
};
