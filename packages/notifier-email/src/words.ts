import type { Locale } from "@datasync-monitor/core";

/** How many events of a level there are; the level in the reader's language. */
export interface LevelCount {
  readonly label: string;
  readonly count: number;
}

/** The few words that are the mail's own; the rest comes from `describe`. */
export interface Words {
  /** What a digest begins with: "12 events: 1 critical, 3 error, 8 info". */
  summary(total: number, levels: readonly LevelCount[]): string;
  /** What was left out of a section. */
  moreFields(count: number): string;
  /** Events that are in the list and have no section. */
  listedOnly(count: number): string;
  readonly eventId: string;
}

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const en: Words = {
  summary: (total, levels) =>
    `${total} events: ${levels.map(({ label, count }) => `${count} ${label.toLowerCase()}`).join(", ")}`,
  moreFields: (count) => `${plural(count, "more field")} left out`,
  listedOnly: (count) =>
    `${plural(count, "event")} above ${count === 1 ? "is" : "are"} listed only: the mail would be too large.`,
  eventId: "Event id",
};

const zh: Words = {
  summary: (total, levels) =>
    `${total} 条事件：${levels.map(({ label, count }) => `${label} ${count}`).join("、")}`,
  moreFields: (count) => `另有 ${count} 个字段未显示`,
  listedOnly: (count) => `上表中有 ${count} 条事件仅列出摘要：否则邮件过大。`,
  eventId: "事件 ID",
};

export const wordsFor = (locale: Locale | undefined): Words => (locale === "zh-CN" ? zh : en);
