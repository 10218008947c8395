import type { Locale } from "@datasync-monitor/core";
import type { LoopNews } from "./episode.ts";

/** What the event loop's watcher says, in one language. */
interface LoopWords {
  readonly beginnings: Readonly<Record<LoopNews, string>>;
  readonly message: (beginning: string, p99Ms: number, maxMs: number) => string;
}

export const loopWords: Readonly<Record<Locale, LoopWords>> = {
  en: {
    beginnings: {
      slow: "The event loop is slow",
      "still-slow": "The event loop is still slow",
      recovered: "The event loop has recovered",
    },
    message: (beginning, p99, max) => `${beginning}: p99 ${p99} ms, longest stall ${max} ms`,
  },
  "zh-CN": {
    beginnings: {
      slow: "事件循环变慢",
      "still-slow": "事件循环仍然缓慢",
      recovered: "事件循环已恢复",
    },
    message: (beginning, p99, max) => `${beginning}：p99 ${p99} 毫秒，最长停顿 ${max} 毫秒`,
  },
};
