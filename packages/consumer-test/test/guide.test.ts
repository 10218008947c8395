import { PassThrough } from "node:stream";
import {
  createMonitor,
  type Emitter,
  EventLevel,
  EventType,
  getMonitorInterface,
  type MonitorEvent,
  setupMonitorInterface,
} from "@datasync-monitor/core";
import { consoleNotifier } from "@datasync-monitor/notifier-console";
import { email } from "@datasync-monitor/notifier-email";
import { feishu } from "@datasync-monitor/notifier-feishu";
import { prometheus } from "@datasync-monitor/notifier-prometheus";
import { webhook } from "@datasync-monitor/notifier-webhook";
import {
  checkBooks,
  feishuStandIn,
  hostileHttp,
  memoryNotifier,
  smtpStandIn,
} from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { pageAt } from "./support/blocks.ts";

/** The headings of the original guide, in its words. */
const originals = [
  "# DataSync 监控接口使用指南",
  "## 概述",
  "## 核心功能",
  "## 事件类型",
  "### 同步事件",
  "### 清理事件",
  "### 迁移事件",
  "### 系统事件",
  "## 事件级别",
  "## 使用方法",
  "### 1. 基本使用",
  "### 2. Webhook集成",
  "### 3. 飞书机器人集成",
  "### 4. 获取状态信息",
  "## 配置示例",
  "### 在守护进程中启用监控",
  "### 配置多个通知方式",
  "## 事件数据结构",
  "## 示例文件",
  "## 最佳实践",
  "## 故障排查",
  "### 事件没有发送",
  "### Webhook失败",
  "### 性能问题",
];

const sample = {
  event_type: EventType.SYNC_SUCCESS,
  level: EventLevel.INFO,
  message: "数据同步完成",
  details: { records_synced: 1000 },
  metrics: { duration_seconds: 30 },
} as const;

afterEach(async () => {
  const monitor = getMonitorInterface();
  await monitor.close();
  checkBooks(monitor.stats());
});

describe("the guide", () => {
  it("has every heading of the original, in its order", () => {
    expect(pageAt("docs/zh-CN/guide.md")?.headings).toEqual(originals);
  });
});

describe("事件类型 · 事件级别", () => {
  it("has the 13 types and four levels, which travel as lower-case words", () => {
    const types = ["SYNC", "CLEANUP", "MIGRATION"].flatMap((operation) =>
      ["START", "SUCCESS", "FAILURE"].map((end) => `${operation}_${end}`),
    );
    const system = ["HEALTH_CHECK", "SERVICE_STATUS", "PERFORMANCE_WARNING", "STORAGE_WARNING"];
    const named = Object.fromEntries(
      [...types, ...system].map((name) => [name, name.toLowerCase()]),
    );
    expect(EventType).toEqual(named);
    expect(EventLevel).toEqual({
      INFO: "info",
      WARNING: "warning",
      ERROR: "error",
      CRITICAL: "critical",
    });
  });
});

describe("使用方法", () => {
  it("1. 基本使用: the global monitor calls a callback back, without set-up", async () => {
    const monitor = getMonitorInterface();
    const seen: string[] = [];
    monitor.registerCallback((event) => void seen.push(`${event.event_type} - ${event.message}`));
    monitor.emitEvent(sample);
    await monitor.flush();
    expect(seen).toEqual(["sync_success - 数据同步完成"]);
  });

  it("2. Webhook集成: a callback of one's own posts what it likes; when that fails it is reported, and nothing else is", async () => {
    const problems: string[] = [];
    const monitor = setupMonitorInterface({ onProblem: ({ code }) => problems.push(code) });
    const receiver = await hostileHttp();
    monitor.registerCallback(
      async ({ service, event_type, level, message, timestamp, details, metrics }) => {
        const body = { service, event_type, level, message, timestamp, details, metrics };
        const response = await fetch(receiver.url, { method: "POST", body: JSON.stringify(body) });
        if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
      },
      { name: "own-webhook" },
    );
    monitor.emitEvent(sample);
    await monitor.flush();
    receiver.meet("refuse");
    monitor.emitEvent(sample);
    await monitor.flush();
    const [first] = receiver.requests();
    expect(JSON.parse(first?.body ?? "")).toMatchObject({ service: "datasync", ...sample });
    expect(problems).toEqual(["callback-failed"]);
    await receiver.close();
  });

  it("2. Webhook集成: the notifier posts the guide's JSON, and again when the answer was an error", async () => {
    const monitor = getMonitorInterface();
    const receiver = await hostileHttp();
    receiver.answer(500, "", {}, 1);
    monitor.registerNotifier(webhook({ url: receiver.url }), { retry: { baseMs: 1, capMs: 1 } });
    monitor.emitEvent(sample);
    expect(await monitor.flush()).toMatchObject({ delivered: 1 });
    const bodies = receiver.requests().map(({ body }) => JSON.parse(body));
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toMatchObject({ service: "datasync", ...sample });
    expect(bodies[1].id).toBe(bodies[0].id);
    await receiver.close();
  });

  it("3. 飞书机器人集成: the text form says type, level, message and time", async () => {
    const monitor = setupMonitorInterface({ locale: "zh-CN", timeZone: "Asia/Shanghai" });
    const bot = await feishuStandIn();
    monitor.registerNotifier(feishu({ webhookUrl: bot.url, format: "text" }));
    monitor.emitEvent({ ...sample, timestamp: "2025-08-29T10:30:00.000Z" });
    await monitor.flush();
    const text = JSON.stringify(bot.messages()[0]);
    for (const part of [
      "DataSync通知",
      "事件",
      "sync_success",
      "级别",
      "消息",
      "数据同步完成",
      "时间",
    ])
      expect(text).toContain(part);
    await bot.close();
  });

  it("4. 获取状态信息: status, 24 hours of synchronisation and 7 days of cleanup", async () => {
    const monitor = getMonitorInterface();
    const counts = { records_synced: 1_000, duration_seconds: 30 };
    for (let n = 0; n < 3; n += 1) monitor.emitEvent({ ...sample, metrics: counts });
    const deleted = { records_deleted: 250 };
    for (let n = 0; n < 2; n += 1)
      monitor.emitEvent({ event_type: "cleanup_success", message: "done", metrics: deleted });
    const status = await monitor.getComprehensiveStatus();
    expect(status).toMatchObject({ status: "healthy", sync_metrics: { sync_success_count: 3 } });
    expect(await monitor.getSyncMetrics({ hours: 24 })).toMatchObject({
      sync_success_count: 3,
      total_records_synced: 3_000,
    });
    expect(await monitor.getCleanupMetrics({ days: 7 })).toMatchObject({
      total_records_deleted: 500,
    });
  });
});

describe("配置示例", () => {
  class Manager {
    readonly #monitor: Emitter;
    readonly #operation: string;

    constructor(operation: string, monitor: Emitter) {
      this.#operation = operation;
      this.#monitor = monitor;
    }

    run(): Promise<void> {
      return this.#monitor.track(this.#operation, () => {});
    }
  }

  it("在守护进程中启用监控: one set-up, handed to each manager; a second is refused", async () => {
    const monitor = setupMonitorInterface({ service: "datasync" });
    const pager = memoryNotifier();
    monitor.registerNotifier(pager);
    for (const operation of ["sync", "cleanup", "migration"])
      await new Manager(operation, monitor).run();
    await monitor.flush();
    expect(pager.events.map(({ event_type }) => event_type)).toEqual([
      "sync_start",
      "sync_success",
      "cleanup_start",
      "cleanup_success",
      "migration_start",
      "migration_success",
    ]);
    expect(() => setupMonitorInterface()).toThrow("close()");
  });

  it("配置多个通知方式: console, Feishu, email and Prometheus all get the same event", async () => {
    const monitor = createMonitor({ service: "datasync" });
    const bot = await feishuStandIn();
    const server = await smtpStandIn();
    const stream = new PassThrough();
    const metrics = prometheus();
    monitor.registerNotifier(consoleNotifier({ stream, format: "json" }));
    monitor.registerNotifier(feishu({ webhookUrl: bot.url }));
    monitor.registerNotifier(
      email({
        url: server.url,
        from: "datasync@example.com",
        to: ["ops@example.com"],
      }),
    );
    monitor.registerNotifier(metrics);
    monitor.emitEvent(sample);
    expect(await monitor.flush()).toMatchObject({ delivered: 4, pending: 0 });
    expect(String(stream.read())).toContain("数据同步完成");
    expect(JSON.stringify(bot.messages())).toContain("数据同步完成");
    expect(server.mails()[0]?.text).toContain("数据同步完成");
    await monitor.close();
    await Promise.all([bot.close(), server.close()]);
  });
});

describe("事件数据结构", () => {
  it("has the guide's fields, and an id", async () => {
    const monitor = getMonitorInterface();
    const seen: MonitorEvent[] = [];
    monitor.registerCallback((event) => void seen.push(event));
    monitor.emitEvent({
      ...sample,
      timestamp: new Date("2025-08-29T10:30:00Z"),
      message: "数据同步完成: 1000条记录",
      details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
      metrics: { records_synced: 1000, duration_seconds: 30.5, success_rate: 1.0 },
    });
    await monitor.flush();
    expect(JSON.parse(JSON.stringify(seen[0]))).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timestamp: "2025-08-29T10:30:00.000Z",
      event_type: "sync_success",
      level: "info",
      service: "datasync",
      message: "数据同步完成: 1000条记录",
      details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
      metrics: { records_synced: 1000, duration_seconds: 30.5, success_rate: 1.0 },
    });
  });
});
