import type { Locale } from "@datasync-monitor/core";

interface Words {
  readonly events: (count: number) => string;
  readonly moreFields: (count: number) => string;
}

/** The few words that are this renderer's own; all others come from core's `describe`. */
export const words: Readonly<Record<Locale, Words>> = {
  en: {
    events: (count) => `${count} events`,
    moreFields: (count) => (count === 1 ? "1 more field" : `${count} more fields`),
  },
  "zh-CN": {
    events: (count) => `${count} 条事件`,
    moreFields: (count) => `另有 ${count} 个字段`,
  },
};
