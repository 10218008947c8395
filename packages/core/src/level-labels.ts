import type { EventLevel } from "./event.ts";
import type { Locale } from "./notifier.ts";

/** What people call a level. */
export const levelLabels: Readonly<Record<Locale, Readonly<Record<EventLevel, string>>>> = {
  en: { info: "Info", warning: "Warning", error: "Error", critical: "Critical" },
  "zh-CN": { info: "信息", warning: "警告", error: "错误", critical: "严重" },
};
