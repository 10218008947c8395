import { type Chapter, thrown } from "./sample.ts";

const run_id = "0198f563-9e10-7000-8c21-aa05e3b94d17";
const move = { source: "mysql 5.7 (db-old)", target: "mysql 8.4 (db-new)" };

/** A run of the migration that moves tables to another database. */
export const migration: Chapter<"migration_start" | "migration_success" | "migration_failure"> = {
  migration_start: {
    info: {
      said: {
        "zh-CN": "开始迁移 coin_data 到新库",
        en: "Moving coin_data to the new database",
      },
      details: { run_id, ...move, table: "coin_data", column: "market_cap" },
    },
    warning: {
      said: {
        "zh-CN": "迁移开始，期间 coin_data 只读",
        en: "Migration started; coin_data is read-only meanwhile",
      },
      details: { run_id, ...move, table: "coin_data", read_only: true },
      metrics: { expected_seconds: 5_400 },
    },
    error: {
      said: {
        "zh-CN": "迁移在版本检查失败后被强制开始",
        en: "Migration was forced to start although the version check failed",
      },
      details: { run_id, ...move, checks: { version: "failed", charset: "ok", collation: "ok" } },
    },
    critical: {
      said: {
        "zh-CN": "迁移开始：目标库没有备份",
        en: "Migration started, and the target has no backup",
      },
      details: { run_id, ...move, backup: null },
    },
  },
  migration_success: {
    info: {
      said: {
        "zh-CN": "数据迁移完成：20,118,442 条记录，校验一致",
        en: "Migration finished: 20,118,442 rows, and the checksums agree",
      },
      details: { run_id, ...move, checksum: "sha256:9f86d081884c7d659a2feaa0c55ad015" },
      metrics: { records_migrated: 20_118_442, duration_seconds: 5_127, success_rate: 1 },
    },
    warning: {
      said: {
        "zh-CN": "迁移完成，3 个索引仍在后台创建",
        en: "Migration finished; 3 indexes are still being built",
      },
      details: {
        run_id,
        ...move,
        indexes: ["idx_coin_data_symbol_ts", "idx_indicator_data_name", "idx_coin_data_market_cap"],
      },
      metrics: { records_migrated: 20_118_442, duration_seconds: 4_890 },
    },
    error: {
      said: {
        "zh-CN": "迁移完成，但 17 条记录的校验和不一致",
        en: "Migration finished, but the checksums of 17 rows differ",
      },
      details: {
        run_id,
        ...move,
        table: "indicator_data",
        differing_ids: [1041, 1042, 2207, 9913],
      },
      metrics: { records_migrated: 20_118_442, records_differing: 17, duration_seconds: 5_300 },
    },
    critical: {
      said: {
        "zh-CN": "迁移完成，但旧库仍在接受写入",
        en: "Migration finished, but the old database still takes writes",
      },
      details: { run_id, ...move, writers: ["coin-crawler", "admin-console"] },
      metrics: { records_migrated: 20_118_442, writes_since_switch: 342 },
    },
  },
  migration_failure: {
    info: {
      said: {
        "zh-CN": "迁移试运行结束：共发现 2 处不兼容",
        en: "The migration's dry run ended: 2 incompatibilities found",
      },
      details: {
        run_id,
        ...move,
        dry_run: true,
        findings: [
          { column: "coin_data.desc", problem: "reserved word" },
          { column: "indicator_data.ts", problem: "zero date '0000-00-00'" },
        ],
      },
    },
    warning: {
      said: {
        "zh-CN": "迁移暂停：复制延迟超过 60 秒",
        en: "Migration paused: the replicas are more than 60 s behind",
      },
      details: { run_id, ...move },
      metrics: { records_migrated: 8_400_000, replica_lag_seconds: 74, duration_seconds: 2_040 },
    },
    error: {
      said: {
        "zh-CN": "数据迁移失败：market_cap 列类型不兼容，已回滚",
        en: "Migration failed: the type of market_cap does not fit; rolled back",
      },
      details: {
        run_id,
        ...move,
        table: "coin_data",
        error: thrown("SqlError", "Out of range value for column 'market_cap' at row 10442", {
          code: "ER_WARN_DATA_OUT_OF_RANGE",
        }),
        rolled_back: true,
      },
      metrics: { records_migrated: 10_441, duration_seconds: 19.4 },
    },
    critical: {
      said: {
        "zh-CN": "数据迁移失败，回滚也失败：coin_data 处于中间状态",
        en: "Migration failed, and so did its rollback: coin_data is in between",
      },
      details: {
        run_id,
        ...move,
        table: "coin_data",
        error: thrown("AggregateError", "rollback failed", {
          cause: thrown("SqlError", "Server has gone away", { code: "PROTOCOL_CONNECTION_LOST" }),
        }),
        rolled_back: false,
      },
      metrics: { records_migrated: 12_600_000, duration_seconds: 3_211.7 },
    },
  },
};
