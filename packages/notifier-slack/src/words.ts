import type { Locale } from "@datasync-monitor/core";

/** How many events of a level there are; the level in the reader's language. */
export interface LevelCount {
  readonly label: string;
  readonly count: number;
}

interface Words {
  /** What a digest begins with. */
  readonly events: (count: number, levels: readonly LevelCount[]) => string;
  readonly moreFields: (count: number) => string;
}

/** The few words that are this renderer's own; all others come from core's `describe`. */
export const words: Readonly<Record<Locale, Words>> = {
  en: {
    events: (total, levels) =>
      `${total} events: ${levels.map(({ label, count }) => `${count} ${label.toLowerCase()}`).join(", ")}`,
    moreFields: (count) => (count === 1 ? "1 more field" : `${count} more fields`),
  },
  "zh-CN": {
    events: (total, levels) =>
      `${total} 条事件：${levels.map(({ label, count }) => `${label} ${count}`).join("、")}`,
    moreFields: (count) => `另有 ${count} 个字段`,
  },
};
