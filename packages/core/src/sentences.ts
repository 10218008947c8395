import type { EventLevel } from "./event.ts";
import { chineseLevels } from "./level-labels.ts";
import type { Locale } from "./notifier.ts";
import type { ReceiverStats } from "./stats.ts";

/** For whom sentences are. */
export interface Reader {
  readonly locale: Locale;
  /** An IANA name. */
  readonly timeZone: string;
}

/** A receiver, and how its last attempt failed, where that is known. */
type Failing = Pick<ReceiverStats, "name" | "last_error">;

/** What a monitor itself says to people, in one language. `at` is a moment in the reader's zone. */
export interface Sentences {
  // Of a run of `track()`.
  readonly started: (operation: string) => string;
  readonly succeeded: (operation: string) => string;
  /** @param why - Empty: nobody knows. */
  readonly failed: (operation: string, why: string) => string;
  readonly slow: (operation: string, seconds: number) => string;
  // Of receivers, to the others.
  readonly unreachable: (receiver: string, reason: string | null) => string;
  readonly reachable: (receiver: string) => string;
  readonly test: (receiver: string) => string;
  // Why a service is not healthy.
  readonly storeIsMute: string;
  readonly storeFails: (rows: number) => string;
  readonly cutOff: (receiver: Failing) => string;
  readonly breakerIsOpen: (receiver: Failing) => string;
  /** In the last 15 minutes. */
  readonly trouble: Readonly<
    Record<"dropped" | "dead" | "breaker-open", (receiver: string, reason: string | null) => string>
  >;
  readonly lastFailed: (operation: string, at: string, message: string) => string;
  readonly noticed: (
    what: "health_check" | "storage_warning",
    level: EventLevel,
    at: string,
    message: string,
  ) => string;
  readonly moreReasons: (count: number) => string;
}

const aside = (reason: string | null) => (reason === null ? "" : ` (${reason})`);

const en: Sentences = {
  started: (operation) => `${operation} started`,
  succeeded: (operation) => `${operation} succeeded`,
  failed: (operation, why) => `${operation} failed${why && `: ${why}`}`,
  slow: (operation, seconds) => `${operation} runs for more than ${seconds} s`,
  unreachable: (receiver, reason) =>
    `Notifications to ${receiver} fail${aside(reason)}; they are kept and tried again`,
  reachable: (receiver) => `Notifications to ${receiver} are delivered again`,
  test: (receiver) => `Test message to ${receiver}`,
  storeIsMute: "The store does not answer, so the metrics are empty.",
  storeFails: (rows) =>
    `The store is failing; ${rows} ${rows === 1 ? "row waits" : "rows wait"} to be written.`,
  cutOff: ({ name, last_error }) =>
    `Receiver \`${name}\` is cut off until somebody acts (${last_error?.code}): ${last_error?.message}`,
  breakerIsOpen: ({ name, last_error }) =>
    `The breaker of receiver \`${name}\` is open${last_error ? ` (${last_error.code}): ${last_error.message}` : "."}`,
  trouble: {
    dropped: (receiver, reason) =>
      `Receiver \`${receiver}\` dropped deliveries in the last 15 minutes${aside(reason)}.`,
    dead: (receiver, reason) =>
      `Deliveries to receiver \`${receiver}\` died in the last 15 minutes${aside(reason)}.`,
    "breaker-open": (receiver, reason) =>
      `The breaker of receiver \`${receiver}\` opened in the last 15 minutes${aside(reason)}.`,
  },
  lastFailed: (operation, at, message) => `The last ${operation} failed, at ${at}: ${message}`,
  noticed: (what, level, at, message) =>
    `The latest ${what.replace("_", " ")} is at level ${level}, at ${at}: ${message}`,
  moreReasons: (count) => `There are ${count} more reasons.`,
};

const operationsZh = new Map([
  ["sync", "数据同步"],
  ["cleanup", "数据清理"],
  ["migration", "数据迁移"],
]);
const named = (operation: string): string => operationsZh.get(operation) ?? `${operation} `;
const noticesZh = { health_check: "健康检查", storage_warning: "存储空间警告" };
const asideZh = (reason: string | null) => (reason === null ? "" : `（${reason}）`);

const zhCN: Sentences = {
  started: (operation) => `${named(operation)}已开始`,
  succeeded: (operation) => `${named(operation)}成功`,
  failed: (operation, why) => `${named(operation)}失败${why && `：${why}`}`,
  slow: (operation, seconds) => `${named(operation)}运行已超过 ${seconds} 秒`,
  unreachable: (receiver, reason) =>
    `发往 ${receiver} 的通知投递失败${asideZh(reason)}，已保留并将重试`,
  reachable: (receiver) => `发往 ${receiver} 的通知已恢复投递`,
  test: (receiver) => `发往 ${receiver} 的测试消息`,
  storeIsMute: "存储没有应答，因此指标为空。",
  storeFails: (rows) => `存储写入失败，有 ${rows} 行等待写入。`,
  cutOff: ({ name, last_error }) =>
    `接收器 ${name} 已中断，需要人工处理（${last_error?.code}）：${last_error?.message}`,
  breakerIsOpen: ({ name, last_error }) =>
    `接收器 ${name} 的熔断器已打开${last_error ? `（${last_error.code}）：${last_error.message}` : "。"}`,
  trouble: {
    dropped: (receiver, reason) =>
      `接收器 ${receiver} 在最近 15 分钟内丢弃了通知${asideZh(reason)}。`,
    dead: (receiver, reason) =>
      `发往接收器 ${receiver} 的通知在最近 15 分钟内投递失败${asideZh(reason)}。`,
    "breaker-open": (receiver, reason) =>
      `接收器 ${receiver} 的熔断器在最近 15 分钟内打开过${asideZh(reason)}。`,
  },
  lastFailed: (operation, at, message) => `最近一次${named(operation)}失败（${at}）：${message}`,
  noticed: (what, level, at, message) =>
    `最近一次${noticesZh[what]}为“${chineseLevels[level]}”级（${at}）：${message}`,
  moreReasons: (count) => `另有 ${count} 个原因。`,
};

export const sentencesOf = (locale: Locale): Sentences => (locale === "zh-CN" ? zhCN : en);
