import type { Locale } from "@datasync-monitor/core";

/** The sentences in which core tells why a service is not healthy, and the same in Chinese. */
const chinese: readonly (readonly [RegExp, string])[] = [
  [/^The store does not answer, so the metrics are empty\.$/, "存储没有应答，因此指标为空。"],
  [/^The store is failing; (\d+) rows wait to be written\.$/, "存储写入失败，有 $1 行等待写入。"],
  [
    /^Receiver `(.+?)` is cut off until somebody acts \((.+?)\): /,
    "接收方 $1 已中断，需要人工处理（$2）：",
  ],
  [/^The breaker of receiver `(.+?)` is open \((.+?)\): /, "接收方 $1 的熔断器已打开（$2）："],
  [/^The breaker of receiver `(.+?)` is open\.$/, "接收方 $1 的熔断器已打开。"],
  [
    /^The breaker of receiver `(.+?)` opened in the last 15 minutes( \(.+\))?\.$/,
    "接收方 $1 的熔断器在最近 15 分钟内打开过$2。",
  ],
  [
    /^Receiver `(.+?)` dropped deliveries in the last 15 minutes( \(.+\))?\.$/,
    "接收方 $1 在最近 15 分钟内丢弃了通知$2。",
  ],
  [
    /^Deliveries to receiver `(.+?)` died in the last 15 minutes( \(.+\))?\.$/,
    "发往接收方 $1 的通知在最近 15 分钟内投递失败$2。",
  ],
  [/^The last sync failed, at (\S+): /, "最近一次数据同步失败（$1）："],
  [/^The last cleanup failed, at (\S+): /, "最近一次数据清理失败（$1）："],
  [/^The last migration failed, at (\S+): /, "最近一次数据迁移失败（$1）："],
  [/^The latest health check is at level (\w+), at (\S+): /, "最近一次健康检查为 $1（$2）："],
  [/^The latest storage warning is at level (\w+), at (\S+): /, "最近一次存储警告为 $1（$2）："],
  [/^There are (\d+) more reasons\.$/, "另有 $1 个原因。"],
];

/** What is not known, such as the sentence of a newer core, is left in English. */
export const reasonIn = (locale: Locale, reason: string): string => {
  if (locale === "en") return reason;
  const known = chinese.find(([sentence]) => sentence.test(reason));
  return known === undefined ? reason : reason.replace(...known);
};
