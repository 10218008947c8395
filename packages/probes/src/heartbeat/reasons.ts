import { describeTime, type NotifierHost } from "@datasync-monitor/core";

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
  [/^The last sync failed, at (.+?): /, "最近一次数据同步失败（$1）："],
  [/^The last cleanup failed, at (.+?): /, "最近一次数据清理失败（$1）："],
  [/^The last migration failed, at (.+?): /, "最近一次数据迁移失败（$1）："],
  [/^The latest health check is at level (.+?), at (.+?): /, "最近一次健康检查为“$1”级（$2）："],
  [/^The latest storage warning is at level (.+?), at (.+?): /, "最近一次存储警告为“$1”级（$2）："],
  [/^There are (\d+) more reasons\.$/, "另有 $1 个原因。"],
];

const levels: Readonly<Record<string, string>> = {
  warning: "警告",
  error: "错误",
  critical: "严重",
};

/** The moment that a sentence begins with; what is quoted after it stays as it is. */
const moment = /^(The l[^:]+, at )(\d{4}-\S+Z)(?=: )/;

/** In the reader's zone, and language: what is not known, such as the sentence of a newer core, is left in English. */
export const reasonFor = (
  { locale, timeZone }: Pick<NotifierHost, "locale" | "timeZone">,
  reason: string,
): string => {
  const local = reason.replace(
    moment,
    (_, start: string, at: string) => start + describeTime(at, timeZone),
  );
  if (locale === "en") return local;
  const known = chinese.find(([sentence]) => sentence.test(local));
  if (known === undefined) return local;
  return local
    .replace(/(?<=^The latest [^:]+ at level )\w+/, (level) => levels[level] ?? level)
    .replace(...known);
};
