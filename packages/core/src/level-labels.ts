import type { EventLevel } from "./event.ts";

/** What people call a level. */
type LevelLabels = Readonly<Record<EventLevel, string>>;

// One constant a language: bundlers keep what reads a property of another, needed or not.
export const englishLevels: LevelLabels = {
  info: "Info",
  warning: "Warning",
  error: "Error",
  critical: "Critical",
};

export const chineseLevels: LevelLabels = {
  info: "信息",
  warning: "警告",
  error: "错误",
  critical: "严重",
};
