import { type Chapter, thrown } from "./sample.ts";

const run_id = "0198f561-20a0-7000-9b44-1d7e60c2f853";
const tables = ["coin_data", "indicator_data"];

/** A run of the cleanup that deletes old rows from the remote database. */
export const cleanup: Chapter<"cleanup_start" | "cleanup_success" | "cleanup_failure"> = {
  cleanup_start: {
    info: {
      said: {
        "zh-CN": "开始清理 90 天以前的数据",
        en: "Deleting rows that are older than 90 days",
      },
      details: { run_id, tables, older_than: "2025-05-31" },
    },
    warning: {
      said: {
        "zh-CN": "清理开始，预计删除 420 万条记录，超过平日的 10 倍",
        en: "Cleanup started; it is about to delete 4.2 million rows, over ten times as many as usual",
      },
      details: { run_id, tables },
      metrics: { rows_expected: 4_200_118, rows_usual: 391_000 },
    },
    error: {
      said: {
        "zh-CN": "清理在未验证备份的情况下开始",
        en: "Cleanup started although last night's backup was not verified",
      },
      details: { run_id, tables, backup_verified: false },
    },
    critical: {
      said: {
        "zh-CN": "人工触发的清理已开始：不带 WHERE 条件",
        en: "A cleanup was started by hand, and without a WHERE clause",
      },
      details: { run_id, table: "coin_data", started_by: "ops-bastion-01", dry_run: false },
    },
  },
  cleanup_success: {
    info: {
      said: {
        "zh-CN": "远程数据清理完成：删除 391,204 条记录",
        en: "Remote cleanup finished: 391,204 rows deleted",
      },
      details: { run_id, tables },
      metrics: { records_deleted: 391_204, duration_seconds: 62.9, freed_bytes: 1_288_490_188 },
    },
    warning: {
      said: {
        "zh-CN": "清理完成，但没有可删除的记录",
        en: "Cleanup finished, but found nothing to delete",
      },
      details: { run_id, tables, oldest_kept: "2025-06-02T00:00:00Z" },
      metrics: { records_deleted: 0, duration_seconds: 0.35 },
    },
    error: {
      said: {
        "zh-CN": "清理完成一半：达到单次删除上限，剩余 3,700,000 条",
        en: "Cleanup stopped at its limit; 3,700,000 rows are left",
      },
      details: { run_id, table: "coin_data", limit_reached: true },
      metrics: { records_deleted: 500_000, records_left: 3_700_000, duration_seconds: 600 },
    },
    critical: {
      said: {
        "zh-CN": "清理删除了 98% 的记录，请立即核对",
        en: "Cleanup deleted 98% of all rows; check this now",
      },
      details: { run_id, table: "indicator_data" },
      metrics: { records_deleted: 18_442_907, deleted_ratio: 0.9812, duration_seconds: 1_802 },
    },
  },
  cleanup_failure: {
    info: {
      said: {
        "zh-CN": "清理取消：另一个实例持有锁",
        en: "Cleanup called off: another instance holds the lock",
      },
      details: { run_id, lock: "cleanup:market", held_by: "datasync-7c9d5b6f4-x2k8p" },
    },
    warning: {
      said: {
        // As `track()` says it, in any language.
        "zh-CN": "cleanup failed: Deadlock found when trying to get lock",
        en: "cleanup failed: Deadlock found when trying to get lock",
      },
      details: {
        run_id,
        table: "indicator_data",
        error: thrown("SqlError", "Deadlock found when trying to get lock", {
          code: "ER_LOCK_DEADLOCK",
        }),
      },
      metrics: { records_deleted: 20_000, duration_seconds: 14.8 },
    },
    error: {
      said: {
        "zh-CN": "远程数据清理失败：磁盘已满，无法写入 undo 日志",
        en: "Remote cleanup failed: the disk is full, and undo logs cannot be written",
      },
      details: {
        run_id,
        table: "coin_data",
        host: "db-remote-1",
        error: thrown("SqlError", "The table 'coin_data' is full", { code: "ER_RECORD_FILE_FULL" }),
      },
      metrics: { records_deleted: 0, duration_seconds: 3.2, free_bytes: 0 },
    },
    critical: {
      said: {
        "zh-CN": "清理被拦截：将删除 165,998 条记录，超过允许的 5%",
        en: "Cleanup was blocked: it would have deleted 165,998 rows, more than the 5% it may",
      },
      details: {
        run_id,
        tables,
        guard: { allowed_ratio: 0.05, asked_ratio: 0.6213, override: null },
      },
      metrics: { records_deleted: 0, records_spared: 165_998 },
    },
  },
};
