import type { EventLevel, Locale } from "@datasync-monitor/core";

export type LevelCounts = Readonly<Record<EventLevel, number>>;

/** The few words that are the mail's own; the rest comes from `describe`. */
export interface Words {
  /** "12 events, 1 critical, 3 errors". */
  summary(total: number, levels: LevelCounts): string;
  /** What was left out of a section. */
  moreFields(count: number): string;
  /** Events that are in the list and have no section. */
  listedOnly(count: number): string;
  readonly eventId: string;
}

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const en: Words = {
  summary: (total, { critical, error, warning }) =>
    [
      plural(total, "event"),
      ...(critical > 0 ? [`${critical} critical`] : []),
      ...(error > 0 ? [plural(error, "error")] : []),
      ...(critical + error === 0 && warning > 0 ? [plural(warning, "warning")] : []),
    ].join(", "),
  moreFields: (count) => `${plural(count, "more field")} left out`,
  listedOnly: (count) =>
    `${plural(count, "event")} above ${count === 1 ? "is" : "are"} listed only: the mail would be too large.`,
  eventId: "Event id",
};

const zh: Words = {
  summary: (total, { critical, error, warning }) =>
    [
      `${total} 个事件`,
      ...(critical > 0 ? [`${critical} 个严重`] : []),
      ...(error > 0 ? [`${error} 个错误`] : []),
      ...(critical + error === 0 && warning > 0 ? [`${warning} 个警告`] : []),
    ].join("，"),
  moreFields: (count) => `另有 ${count} 个字段未显示`,
  listedOnly: (count) => `上表中有 ${count} 个事件仅列出摘要：否则邮件过大。`,
  eventId: "事件 ID",
};

export const wordsFor = (locale: Locale | undefined): Words => (locale === "zh-CN" ? zh : en);
