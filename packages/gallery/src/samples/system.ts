import { type Chapter, thrown } from "./sample.ts";

const volume = { host: "db-remote-1", path: "/var/lib/mysql" };
const total_bytes = 536_870_912_000;

/** What a service tells of itself and of the machine it runs on. */
export const system: Chapter<
  "health_check" | "service_status" | "performance_warning" | "storage_warning"
> = {
  health_check: {
    info: {
      said: { "zh-CN": "健康检查通过：5 项正常", en: "Health check passed: all 5 are well" },
      details: {
        status: "healthy",
        checks: { source: "ok", target: "ok", redis: "ok", disk: "ok", event_loop: "ok" },
      },
      metrics: { duration_seconds: 0.213, uptime_seconds: 1_209_745 },
    },
    warning: {
      said: { "zh-CN": "健康检查：redis 响应缓慢", en: "Health check: redis is slow to answer" },
      details: { status: "degraded", checks: { source: "ok", target: "ok", redis: "slow" } },
      metrics: { redis_ping_seconds: 0.84 },
    },
    error: {
      said: {
        "zh-CN": "健康检查失败：源库不可达",
        en: "Health check failed: the source is out of reach",
      },
      details: {
        status: "unhealthy",
        checks: { source: "down", target: "ok", redis: "ok" },
        error: thrown("Error", "getaddrinfo ENOTFOUND replica-2.db.internal", {
          code: "ENOTFOUND",
        }),
      },
    },
    critical: {
      said: {
        "zh-CN": "健康检查失败：源库、目标库均不可达",
        en: "Health check failed: neither the source nor the target can be reached",
      },
      details: {
        status: "unhealthy",
        checks: { source: "down", target: "down", redis: "ok", disk: "ok", event_loop: "ok" },
        last_success_at: "2025-08-29T10:12:00.000Z",
      },
    },
  },
  service_status: {
    info: {
      said: { "zh-CN": "服务已启动，版本 2.14.0", en: "The service is up, version 2.14.0" },
      details: { version: "2.14.0", node: "v20.20.2", pid: 4711, port: 8080 },
    },
    warning: {
      said: {
        "zh-CN": "服务正在重启：收到 SIGTERM",
        en: "The service restarts: it was sent SIGTERM",
      },
      details: { signal: "SIGTERM", drained: true },
      metrics: { uptime_seconds: 86_399, pending_events: 3 },
    },
    error: {
      said: {
        "zh-CN": "向 feishu 发送通知失败（endpoint），已保留并会重试",
        en: "Notifications to feishu fail (endpoint); they are kept and tried again",
      },
      details: { receiver: "feishu", breaker: "open", reason: "endpoint" },
    },
    critical: {
      said: {
        "zh-CN": "服务反复崩溃：10 分钟内重启 8 次",
        en: "The service keeps crashing: 8 restarts within 10 minutes",
      },
      details: {
        exit_code: 134,
        last_words:
          "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: 0xb9c1e0 node::Abort()\n 2: 0xaa27ee node::FatalError(char const*, char const*)",
      },
      metrics: { restarts: 8, heap_used_bytes: 4_294_967_296 },
    },
  },
  performance_warning: {
    info: {
      said: { "zh-CN": "同步速度恢复正常", en: "The sync is as fast again as it should be" },
      details: { operation: "sync" },
      metrics: { rows_per_second: 1_204.6 },
    },
    warning: {
      said: { "zh-CN": "sync 运行超过 60 秒", en: "sync runs for more than 60 s" },
      details: { operation: "sync", run_id: "0198f55e-7c80-7000-8a3d-4f9c2b71d0e6" },
      metrics: { slow_after_seconds: 60 },
    },
    error: {
      said: {
        "zh-CN": "事件循环阻塞 2.4 秒，超过阈值 0.5 秒",
        en: "The event loop stood still for 2.4 s; 0.5 s is allowed",
      },
      details: { threshold: "0.5 s", suspects: ["JSON.parse of 48 MiB", "zlib.gzipSync"] },
      metrics: { loop_delay_p99_seconds: 2.412, rss_bytes: 1_932_735_283 },
    },
    critical: {
      said: {
        "zh-CN": "同步速度降至每秒 0.004 条，无法在今天完成",
        en: "The sync is down to 0.004 rows a second, and will not finish today",
      },
      details: { operation: "sync", table: "coin_data", slowest_query: "SELECT * FROM coin_data" },
      metrics: { rows_per_second: 0.0042, rows_left: 981_220, expected_seconds: 233_623_810 },
    },
  },
  storage_warning: {
    info: {
      said: { "zh-CN": "存储空间恢复到阈值以上", en: "There is room again on the volume" },
      details: volume,
      metrics: { free_bytes: 214_748_364_800, total_bytes, free_ratio: 0.4 },
    },
    warning: {
      said: {
        "zh-CN": "存储空间不足：剩余 48.2 GiB (9.6%)",
        en: "Storage runs low: 48.2 GiB left (9.6%)",
      },
      details: { ...volume, threshold: "10%" },
      metrics: { free_bytes: 51_754_355_916, total_bytes, free_ratio: 0.0964 },
    },
    error: {
      said: {
        "zh-CN": "存储空间不足：预计 6 小时后写满",
        en: "Storage runs low: full in about 6 hours",
      },
      details: { ...volume, largest: { "coin_data.ibd": "311 GiB", "binlog.004412": "88 GiB" } },
      metrics: {
        free_bytes: 12_884_901_888,
        used_bytes: 523_986_010_112,
        total_bytes,
        free_ratio: 0.024,
      },
    },
    critical: {
      said: {
        "zh-CN": "磁盘已满：目标库停止写入",
        en: "The disk is full: the target has stopped writing",
      },
      details: { ...volume, threshold: "1%", writes_refused_since: "2025-08-29T10:28:41.120Z" },
      metrics: { free_bytes: 4_096, used_bytes: 536_870_907_904, total_bytes, used_ratio: 0.99999 },
    },
  },
};
