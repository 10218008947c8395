import type { EventLevel, EventType } from "./event.ts";
import type { Locale } from "./notifier.ts";

/** All that `describe()` says in one language. */
export interface Words {
  readonly titles: Readonly<Record<EventType, string>>;
  readonly levels: Readonly<Record<EventLevel, string>>;
  /** Labels of the keys that the guide, `track()` and the probes use. Any other key is its own label. */
  readonly labels: Readonly<Record<string, string>>;
  readonly service: string;
  readonly eventType: string;
  readonly time: string;
  readonly yes: string;
  readonly no: string;
  readonly none: string;
  readonly betweenItems: string;
  readonly betweenMembers: string;
  readonly units: Readonly<Record<"d" | "h" | "min" | "s" | "ms", string>>;
  readonly more: string;
  readonly moreFields: (count: string) => string;
  readonly events: (count: number, counts: string) => string;
  readonly ofLevel: (count: number, label: string) => string;
  readonly causedBy: (what: string, cause: string) => string;
}

const en: Words = {
  titles: {
    sync_start: "Data sync started",
    sync_success: "Data sync succeeded",
    sync_failure: "Data sync failed",
    cleanup_start: "Remote data cleanup started",
    cleanup_success: "Remote data cleanup succeeded",
    cleanup_failure: "Remote data cleanup failed",
    migration_start: "Data migration started",
    migration_success: "Data migration succeeded",
    migration_failure: "Data migration failed",
    health_check: "Health check",
    service_status: "Service status",
    performance_warning: "Performance warning",
    storage_warning: "Storage warning",
  },
  levels: { info: "Info", warning: "Warning", error: "Error", critical: "Critical" },
  labels: {
    records_synced: "Records synced",
    records_deleted: "Records deleted",
    records_migrated: "Records migrated",
    duration_seconds: "Duration",
    duration: "Duration",
    success_rate: "Success rate",
    tables: "Tables",
    table: "Table",
    source: "Source",
    target: "Target",
    run_id: "Run",
    operation: "Operation",
    error: "Error",
    reason: "Reason",
    status: "Status",
    checks: "Checks",
    receiver: "Receiver",
    host: "Host",
    path: "Path",
    free_bytes: "Free space",
    used_bytes: "Used space",
    total_bytes: "Total space",
    free_ratio: "Free share",
    used_ratio: "Used share",
    threshold: "Threshold",
    uptime_seconds: "Uptime",
    invalid_metrics: "Invalid metrics",
    checks_total: "Checks",
    checks_failed: "Checks failed",
    since: "Since",
    growth_bytes_per_hour: "Growth per hour",
    seconds_to_full: "Full in",
    delay_p50_seconds: "Delay, median",
    delay_p99_seconds: "Delay, 99 %",
    delay_max_seconds: "Delay, longest",
    threshold_seconds: "Threshold",
    receivers_total: "Receivers",
    deliveries_pending: "Deliveries pending",
    deliveries_dropped: "Deliveries dropped",
    deliveries_dead: "Deliveries dead",
    reasons: "Reasons",
  },
  service: "Service",
  eventType: "Event type",
  time: "Time",
  yes: "yes",
  no: "no",
  none: "none",
  betweenItems: ", ",
  betweenMembers: ", ",
  units: { d: "d", h: "h", min: "min", s: "s", ms: "ms" },
  more: "More",
  moreFields: (count) => `${count} more not shown`,
  events: (count, counts) => `${count} ${count === 1 ? "event" : "events"}: ${counts}`,
  ofLevel: (count, label) => `${count} ${label.toLowerCase()}`,
  causedBy: (what, cause) => `${what} (caused by ${cause})`,
};

const zhCN: Words = {
  titles: {
    sync_start: "数据同步开始",
    sync_success: "数据同步成功",
    sync_failure: "数据同步失败",
    cleanup_start: "远程数据清理开始",
    cleanup_success: "远程数据清理成功",
    cleanup_failure: "远程数据清理失败",
    migration_start: "数据迁移开始",
    migration_success: "数据迁移成功",
    migration_failure: "数据迁移失败",
    health_check: "健康检查结果",
    service_status: "服务状态更新",
    performance_warning: "性能警告",
    storage_warning: "存储空间警告",
  },
  levels: { info: "信息", warning: "警告", error: "错误", critical: "严重" },
  labels: {
    records_synced: "同步记录数",
    records_deleted: "删除记录数",
    records_migrated: "迁移记录数",
    duration_seconds: "耗时",
    duration: "耗时",
    success_rate: "成功率",
    tables: "数据表",
    table: "表",
    source: "来源",
    target: "目标",
    run_id: "运行编号",
    operation: "操作",
    error: "错误",
    reason: "原因",
    status: "状态",
    checks: "检查项",
    receiver: "接收方",
    host: "主机",
    path: "路径",
    free_bytes: "可用空间",
    used_bytes: "已用空间",
    total_bytes: "总空间",
    free_ratio: "可用占比",
    used_ratio: "已用占比",
    threshold: "阈值",
    uptime_seconds: "运行时长",
    invalid_metrics: "无效指标",
    checks_total: "检查项数",
    checks_failed: "未通过数",
    since: "起始时间",
    growth_bytes_per_hour: "每小时增长",
    seconds_to_full: "预计写满",
    delay_p50_seconds: "延迟中位数",
    delay_p99_seconds: "延迟 99 %",
    delay_max_seconds: "最长延迟",
    threshold_seconds: "阈值",
    receivers_total: "接收方数",
    deliveries_pending: "待投递",
    deliveries_dropped: "已丢弃",
    deliveries_dead: "投递失败",
    reasons: "原因",
  },
  service: "服务",
  eventType: "事件类型",
  time: "时间",
  yes: "是",
  no: "否",
  none: "无",
  betweenItems: "、",
  betweenMembers: "，",
  units: { d: "天", h: "小时", min: "分钟", s: "秒", ms: "毫秒" },
  more: "更多",
  moreFields: (count) => `另有 ${count} 项未显示`,
  events: (count, counts) => `${count} 条事件：${counts}`,
  ofLevel: (count, label) => `${label} ${count}`,
  causedBy: (what, cause) => `${what}（起因：${cause}）`,
};

export const wordsOf = (locale: Locale): Words => (locale === "zh-CN" ? zhCN : en);
