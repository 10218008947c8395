import type { Locale } from "@datasync-monitor/core";

/** The few words that are the mail's own; the rest comes from `describe`. */
export interface Words {
  /** What was left out of a section. */
  moreFields(count: number): string;
  /** Events that are in the list and have no section. */
  listedOnly(count: number): string;
  readonly eventId: string;
}

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const en: Words = {
  moreFields: (count) => `${plural(count, "more field")} left out`,
  listedOnly: (count) =>
    `${plural(count, "event")} above ${count === 1 ? "is" : "are"} listed only: the mail would be too large.`,
  eventId: "Event id",
};

const zh: Words = {
  moreFields: (count) => `另有 ${count} 个字段未显示`,
  listedOnly: (count) => `上表中有 ${count} 条事件仅列出摘要：否则邮件过大。`,
  eventId: "事件 ID",
};

export const wordsFor = (locale: Locale | undefined): Words => (locale === "zh-CN" ? zh : en);
