import type { Locale } from "@datasync-monitor/core";

interface Words {
  readonly moreFields: (count: number) => string;
}

/** The few words that are this renderer's own; all others come from core's `describe`. */
export const words: Readonly<Record<Locale, Words>> = {
  en: {
    moreFields: (count) => (count === 1 ? "1 more field" : `${count} more fields`),
  },
  "zh-CN": {
    moreFields: (count) => `另有 ${count} 个字段`,
  },
};
