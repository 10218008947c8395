import type { Locale } from "@datasync-monitor/core";

/** The renderers' own words; those about an event come from core's `describe()`. */
export interface Words {
  readonly heading: string;
  readonly event: string;
  readonly level: string;
  readonly message: string;
  readonly time: string;
  readonly eventId: string;
  /** @param counts - Of each level. */
  readonly moreEvents: (count: number, counts: string) => string;
  readonly fewerFields: string;
}

export const words: Readonly<Record<Locale, Words>> = {
  "zh-CN": {
    heading: "DataSync通知",
    event: "事件",
    level: "级别",
    message: "消息",
    time: "时间",
    eventId: "事件 ID",
    moreEvents: (count, counts) => `… 另有 ${count} 条未显示：${counts}`,
    fewerFields: "… 其余字段已略去",
  },
  en: {
    heading: "DataSync notification",
    event: "Event",
    level: "Level",
    message: "Message",
    time: "Time",
    eventId: "Event id",
    moreEvents: (count, counts) => `… ${count} more not shown: ${counts}`,
    fewerFields: "… other fields are left out",
  },
};
