import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { defineNotifier } from "../src/define-notifier.ts";
import { DeliveryError } from "../src/errors.ts";
import { memoryStore } from "../src/store/memory.ts";
import type { EventStore } from "../src/store/store.ts";
import { rig } from "./support/rig.ts";

const second = 1_000;
const minute = 60 * second;
const chinese = { locale: "zh-CN", timeZone: "Asia/Shanghai" } as const;

/** Refuses with this code until it is told otherwise. */
const failing = (id: string, code: "config" | "unavailable" | "payload") => {
  const state = { fails: true };
  const send = () => {
    if (state.fails) throw new DeliveryError(code, "it said `no` (really): no");
  };
  return { state, notifier: defineNotifier({ id, send }) };
};

/** A monitor with a receiver, and what that was told so far. */
const spoken = () => {
  const made = rig({ ...chinese, selfReport: true });
  const notifier = memoryNotifier({ maxBatchSize: 100 });
  made.monitor.registerNotifier(notifier);
  return { ...made, messages: () => notifier.events.map(({ message }) => message) };
};

const broken = () => Promise.reject(new Error("disk I/O error"));

describe("a monitor whose locale is zh-CN says in Chinese", () => {
  it("what is wrong at receivers and operations, with moments in its time zone", async () => {
    const { clock, monitor } = rig(chinese);
    for (const id of ["sync", "cleanup", "migration"])
      await monitor.track(id, () => Promise.reject(new Error("lost"))).catch(() => {});
    monitor.emitEvent({ event_type: "health_check", level: "critical", message: "no database" });
    monitor.emitEvent({ event_type: "storage_warning", message: "at 2025-08-29T10:30:00.000Z: x" });
    await clock.advance(0);
    const flaky = failing("flaky", "config");
    monitor.registerNotifier(failing("wrong", "config").notifier);
    monitor.registerNotifier(failing("down", "unavailable").notifier);
    monitor.registerNotifier(failing("picky", "payload").notifier);
    monitor.registerNotifier(flaky.notifier, { name: "flaky (`eu`)" });
    monitor.registerCallback(() => new Promise(() => {}), {
      name: "slow",
      queue: { maxEvents: 1 },
    });
    for (let n = 0; n < 4; n += 1) monitor.emitEvent({ event_type: "sync_start", message: "x" });
    await clock.advance(minute);
    flaky.state.fails = false;
    await clock.advance(2 * minute);

    const at = "2025-08-29 18:30:00 +08:00";
    expect((await monitor.getComprehensiveStatus()).reasons).toEqual([
      "接收器 wrong 已中断，需要人工处理（config）：it said `no` (really): no",
      `最近一次健康检查为“严重”级（${at}）：no database`,
      "发往接收器 picky 的通知在最近 15 分钟内投递失败（payload）。",
      "接收器 flaky (`eu`) 的熔断器在最近 15 分钟内打开过（config）。",
      "接收器 slow 在最近 15 分钟内丢弃了通知（overflow）。",
      "发往接收器 slow 的通知在最近 15 分钟内投递失败（deadline）。",
      "接收器 down 的熔断器已打开（unavailable）：it said `no` (really): no",
      `最近一次数据同步失败（${at}）：lost`,
      `最近一次数据清理失败（${at}）：lost`,
      `最近一次数据迁移失败（${at}）：lost`,
      `最近一次存储空间警告为“警告”级（${at}）：at 2025-08-29T10:30:00.000Z: x`,
    ]);
  });

  it("that the store fails, or does not answer", async () => {
    const store: EventStore = Object.assign(memoryStore(), { durable: true, commit: broken });
    const { clock, monitor } = rig({ ...chinese, store });
    monitor.emitEvent({ event_type: "sync_start", message: "x" });
    await clock.advance(second);
    Object.assign(store, { aggregate: broken });
    expect((await monitor.getComprehensiveStatus()).reasons).toEqual([
      "存储没有应答，因此指标为空。",
      expect.stringMatching(/^存储写入失败，有 \d+ 行等待写入。$/),
    ]);
  });

  it("how many reasons are left out", async () => {
    const { clock, monitor } = rig(chinese);
    for (let n = 0; n < 25; n += 1)
      monitor.registerNotifier(failing("wrong", "config").notifier, { name: `wrong-${n}` });
    monitor.emitEvent({ event_type: "sync_start", message: "x" });
    await clock.advance(second);
    expect((await monitor.getComprehensiveStatus()).reasons.at(-1)).toBe("另有 6 个原因。");
  });

  it("how the runs of track() go, whatever the operation is called", async () => {
    const { clock, monitor, messages } = spoken();
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await monitor.track("sync", () => 1);
    const billing = monitor.track("billing", () => slow, { slowAfterMs: minute });
    await clock.advance(minute);
    finish();
    await billing;
    await monitor.track("billing", () => Promise.reject(new Error(""))).catch(() => {});
    await clock.advance(0);
    expect(messages()).toEqual([
      "数据同步已开始",
      "数据同步成功",
      "billing 已开始",
      "billing 运行已超过 60 秒",
      "billing 成功",
      "billing 已开始",
      "billing 失败",
    ]);
  });

  it("that a receiver fails and works again, and that a message is a test", async () => {
    const { clock, monitor, messages } = spoken();
    const { state, notifier } = failing("mail", "config");
    monitor.registerNotifier(notifier);
    monitor.emitEvent({ event_type: "sync_start", message: "x" });
    await clock.advance(second);
    state.fails = false;
    await clock.advance(5 * minute);
    const test = monitor.sendTest("memory");
    await clock.advance(second);
    await test;
    expect(messages()).toEqual([
      "x",
      "发往 mail 的通知投递失败（config），已保留并将重试",
      "发往 mail 的通知已恢复投递",
      "发往 memory 的测试消息",
    ]);
  });
});
