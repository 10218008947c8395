import { type Chapter, thrown } from "./sample.ts";

const tables = ["coin_data", "indicator_data"];
const run_id = "0198f55e-7c80-7000-8a3d-4f9c2b71d0e6";
const source = "mysql://replica-2.db.internal:3306/market";

/** A run of the sync, from its start to either end. */
export const sync: Chapter<"sync_start" | "sync_success" | "sync_failure"> = {
  sync_start: {
    info: {
      said: {
        "zh-CN": "开始同步 coin_data、indicator_data",
        en: "Syncing coin_data and indicator_data",
      },
      details: { run_id, tables, mode: "incremental", since: new Date("2025-08-29T02:00:00Z") },
    },
    warning: {
      said: {
        "zh-CN": "同步开始，比计划晚 12 分钟：上一次运行刚刚结束",
        en: "Sync started 12 minutes late: the run before it has only just ended",
      },
      details: { run_id, tables, reason: "previous run overran its slot" },
      metrics: { delay_seconds: 724 },
    },
    error: {
      said: {
        "zh-CN": "同步重新开始：上一次运行中断，没有结束记录",
        en: "Sync started over: the run before it stopped without a word",
      },
      details: { run_id, tables, resumed_from: null, full_copy: true },
    },
    critical: {
      said: {
        "zh-CN": "连续 6 次失败后再次开始同步，数据已落后 7 小时",
        en: "Sync started again after 6 failures in a row; the data is 7 hours old",
      },
      details: { run_id, tables, source },
      metrics: { failures_in_a_row: 6, behind_seconds: 25_260 },
    },
  },
  sync_success: {
    info: {
      said: { "zh-CN": "数据同步完成: 1000条记录", en: "Data sync finished: 1,000 records" },
      details: { duration: 30.5, tables },
      metrics: { records_synced: 1_000, duration_seconds: 30.5, success_rate: 1 },
    },
    warning: {
      said: {
        "zh-CN": "数据同步完成，但 indicator_data 没有新记录",
        en: "Data sync finished, but indicator_data had no new rows",
      },
      details: { run_id, tables, empty_tables: ["indicator_data"] },
      metrics: { records_synced: 48_210, duration_seconds: 94.25, success_rate: 0.9987 },
    },
    error: {
      said: {
        "zh-CN": "数据同步完成，跳过 1,204 条无法解析的记录",
        en: "Data sync finished, with 1,204 rows skipped that could not be read",
      },
      details: {
        run_id,
        tables,
        rejected: { coin_data: 1_190, indicator_data: 14 },
        first_rejected: { id: 88_341_207, column: "price", value: "<null>" },
      },
      metrics: { records_synced: 128_450, records_skipped: 1_204, duration_seconds: 412 },
    },
    critical: {
      said: {
        "zh-CN": "数据同步完成，但目标库比源库多出 2,310,556 条记录",
        en: "Data sync finished, but the target holds 2,310,556 rows that the source does not",
      },
      details: { run_id, table: "coin_data", source },
      metrics: { records_synced: 0, rows_only_in_target: 2_310_556, duration_seconds: 3_906 },
    },
  },
  sync_failure: {
    info: {
      said: {
        "zh-CN": "同步未执行：维护窗口内不连接源库",
        en: "Sync did not run: the source is not asked within its maintenance window",
      },
      details: { run_id, tables, window: "02:00–04:00 Asia/Shanghai" },
    },
    warning: {
      said: {
        "zh-CN": "同步失败，30 秒后重试（第 1 次，共 3 次）",
        en: "Sync failed and is tried again in 30 s (1 of 3)",
      },
      details: {
        run_id,
        table: "coin_data",
        error: thrown("SqlError", "Lock wait timeout exceeded; try restarting transaction", {
          code: "ER_LOCK_WAIT_TIMEOUT",
        }),
      },
      metrics: { records_synced: 5_000, duration_seconds: 51.07 },
    },
    error: {
      said: {
        "zh-CN": "数据同步失败：源库 30 秒内没有应答",
        en: "Data sync failed: the source did not answer within 30 s",
      },
      details: {
        run_id,
        tables,
        table: "indicator_data",
        source,
        error: thrown("SqlError", "connect ETIMEDOUT", {
          code: "ETIMEDOUT",
          cause: thrown("Error", "connect ETIMEDOUT 10.20.4.17:3306", { code: "ETIMEDOUT" }),
        }),
        runbook: "https://wiki.example.com/datasync/runbook?id=42&section=source#timeouts",
      },
      metrics: { records_synced: 1_200, duration_seconds: 30.512, success_rate: 0.012 },
    },
    critical: {
      said: {
        "zh-CN":
          "数据同步失败：目标库拒绝写入\nERROR 1290 (HY000): The MySQL server is running with the --read-only option\n已写入的 12,000 条记录未提交",
        en: "Data sync failed: the target refuses every write\nERROR 1290 (HY000): The MySQL server is running with the --read-only option\n12,000 rows were written and not committed",
      },
      details: {
        run_id,
        table: "coin_data",
        statement:
          "INSERT INTO `coin_data` (`id`, `symbol`, `price`, `ts`)\nVALUES (?, ?, ?, ?)\nON DUPLICATE KEY UPDATE `price` = VALUES(`price`) -- <batch 12 of 40>",
        error: thrown(
          "SqlError",
          "--read-only option is on, so it cannot execute this *statement*",
          {
            code: "ER_OPTION_PREVENTS_STATEMENT",
          },
        ),
        page: "@all @oncall <at id=all></at> <!channel>",
      },
      metrics: { records_synced: 0, records_rolled_back: 12_000, duration_seconds: 0.084 },
    },
  },
};
