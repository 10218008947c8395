import type { Locale } from "@datasync-monitor/core";

/** The renderers' own words; those about an event come from core's `describe()`. */
export interface Words {
  readonly heading: string;
  readonly event: string;
  readonly level: string;
  readonly message: string;
  readonly time: string;
  readonly events: (count: number) => string;
  readonly moreEvents: (count: number) => string;
  readonly fewerFields: string;
}

export const words: Readonly<Record<Locale, Words>> = {
  "zh-CN": {
    heading: "DataSync通知",
    event: "事件",
    level: "级别",
    message: "消息",
    time: "时间",
    events: (count) => `${count} 条事件`,
    moreEvents: (count) => `… 另有 ${count} 条`,
    fewerFields: "… 其余字段已略去",
  },
  en: {
    heading: "DataSync notification",
    event: "Event",
    level: "Level",
    message: "Message",
    time: "Time",
    events: (count) => `${count} ${count === 1 ? "event" : "events"}`,
    moreEvents: (count) => `… and ${count} more`,
    fewerFields: "… other fields are left out",
  },
};
