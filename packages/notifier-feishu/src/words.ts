import type { Locale } from "@datasync-monitor/core";
import type { LevelCount } from "./story.ts";

/** The renderers' own words; those about an event come from core's `describe()`. */
export interface Words {
  readonly heading: string;
  readonly event: string;
  readonly level: string;
  readonly message: string;
  readonly time: string;
  readonly eventId: string;
  /** What a digest begins with. */
  readonly events: (count: number, levels: readonly LevelCount[]) => string;
  readonly moreEvents: (count: number, levels: readonly LevelCount[]) => string;
  readonly fewerFields: string;
}

const zhCounts = (levels: readonly LevelCount[]): string =>
  levels.map(({ label, count }) => `${label} ${count}`).join("、");

const enCounts = (levels: readonly LevelCount[]): string =>
  levels.map(({ label, count }) => `${count} ${label.toLowerCase()}`).join(", ");

export const words: Readonly<Record<Locale, Words>> = {
  "zh-CN": {
    heading: "DataSync通知",
    event: "事件",
    level: "级别",
    message: "消息",
    time: "时间",
    eventId: "事件 ID",
    events: (count, levels) => `${count} 条事件：${zhCounts(levels)}`,
    moreEvents: (count, levels) => `… 另有 ${count} 条未显示：${zhCounts(levels)}`,
    fewerFields: "… 其余字段已略去",
  },
  en: {
    heading: "DataSync notification",
    event: "Event",
    level: "Level",
    message: "Message",
    time: "Time",
    eventId: "Event id",
    events: (count, levels) => `${count} events: ${enCounts(levels)}`,
    moreEvents: (count, levels) => `… ${count} more not shown: ${enCounts(levels)}`,
    fewerFields: "… other fields are left out",
  },
};
