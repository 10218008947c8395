import type { Locale } from "@datasync-monitor/core";
import { words } from "../words.ts";

/** A path and how it is, in words. Of texts in several parts, the parts that there are. */
interface StorageWords {
  readonly fullness: (share: string, free: string, total: string) => string;
  readonly unreadable: (path: string, isStill: boolean, reason: string) => string;
  readonly readableAgain: (path: string, fullness: string) => string;
  readonly recovered: (path: string, fullness: string) => string;
  readonly full: (path: string, isStill: boolean, fullness: string) => string;
  readonly fullIn: (seconds: number) => string;
  readonly noSize: string;
}

export const storageWords: Readonly<Record<Locale, StorageWords>> = {
  en: {
    fullness: (share, free, total) => `${share} full, ${free} of ${total} free`,
    unreadable: (path, isStill, reason) =>
      `${path}${isStill ? " still" : ""} cannot be read: ${reason}`,
    readableAgain: (path, fullness) => `${path} can be read again: ${fullness}`,
    recovered: (path, fullness) => `${path} has recovered: ${fullness}`,
    full: (path, isStill, fullness) => `${path} is${isStill ? " still" : ""} ${fullness}`,
    fullIn: (seconds) => `; at this rate full in ${words.en.roughly(seconds)}`,
    noSize: "it has no size",
  },
  "zh-CN": {
    fullness: (share, free, total) => `已用 ${share}，剩余 ${free}（共 ${total}）`,
    unreadable: (path, isStill, reason) => `${path} ${isStill ? "仍" : ""}无法读取：${reason}`,
    readableAgain: (path, fullness) => `${path} 恢复可读：${fullness}`,
    recovered: (path, fullness) => `${path} 已恢复：${fullness}`,
    full: (path, isStill, fullness) => `${path} ${isStill ? "仍然" : ""}${fullness}`,
    fullIn: (seconds) => `；按目前的速度，${words["zh-CN"].roughly(seconds)}后写满`,
    noSize: "它没有大小",
  },
};
