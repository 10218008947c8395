import {
  DeliveryError,
  defineNotifier,
  type EventStore,
  memoryStore,
} from "@datasync-monitor/core";
import { expect, it } from "vitest";
import { reasonFor } from "../src/heartbeat/reasons.ts";
import { minute, rig, second } from "./support.ts";

const chinese = { locale: "zh-CN", timeZone: "Asia/Shanghai" } as const;
const english = { locale: "en", timeZone: "Asia/Shanghai" } as const;
const at = "2025-08-29 18:30:00 +08:00";

/** Refuses with this code until it is told otherwise. */
const failing = (id: string, code: "config" | "unavailable" | "payload") => {
  const state = { fails: true };
  const send = () => {
    if (state.fails) throw new DeliveryError(code, "it said `no` (really): no");
  };
  return { state, notifier: defineNotifier({ id, send }) };
};

it("says in Chinese whatever core gives as a reason for what is wrong at receivers and operations", async () => {
  const { clock, monitor } = rig();
  for (const id of ["sync", "cleanup", "migration"])
    await monitor.track(id, () => Promise.reject(new Error("lost"))).catch(() => {});
  monitor.emitEvent({ event_type: "health_check", level: "critical", message: "no database" });
  monitor.emitEvent({ event_type: "storage_warning", message: "/data is 90% full" });
  await clock.advance(0);
  const flaky = failing("flaky", "config");
  monitor.registerNotifier(failing("wrong", "config").notifier);
  monitor.registerNotifier(failing("down", "unavailable").notifier);
  monitor.registerNotifier(failing("picky", "payload").notifier);
  monitor.registerNotifier(flaky.notifier, { name: "flaky (`eu`)" });
  monitor.registerCallback(() => new Promise(() => {}), { name: "slow", queue: { maxEvents: 1 } });
  for (let n = 0; n < 4; n += 1) monitor.emitEvent({ event_type: "sync_start", message: "x" });
  await clock.advance(minute);
  flaky.state.fails = false;
  await clock.advance(2 * minute);

  const { reasons } = await monitor.getComprehensiveStatus();
  expect(reasons.map((reason) => reasonFor(english, reason))).toEqual(
    reasons.map((reason) => reason.replace("2025-08-29T10:30:00.000Z", at)),
  );
  expect(reasons.map((reason) => reasonFor(chinese, reason))).toEqual([
    "接收方 wrong 已中断，需要人工处理（config）：it said `no` (really): no",
    `最近一次健康检查为“严重”级（${at}）：no database`,
    "发往接收方 picky 的通知在最近 15 分钟内投递失败 (payload)。",
    "接收方 flaky (`eu`) 的熔断器在最近 15 分钟内打开过 (config)。",
    "接收方 slow 在最近 15 分钟内丢弃了通知 (overflow)。",
    "发往接收方 slow 的通知在最近 15 分钟内投递失败 (deadline)。",
    "接收方 down 的熔断器已打开（unavailable）：it said `no` (really): no",
    `最近一次数据同步失败（${at}）：sync failed: lost`,
    `最近一次数据清理失败（${at}）：cleanup failed: lost`,
    `最近一次数据迁移失败（${at}）：migration failed: lost`,
    `最近一次存储警告为“警告”级（${at}）：/data is 90% full`,
  ]);
});

it("says in Chinese that the store fails, or does not answer", async () => {
  const broken = () => Promise.reject(new Error("disk I/O error"));
  const store: EventStore = Object.assign(memoryStore(), { durable: true, commit: broken });
  const { clock, monitor } = rig({ store });
  monitor.emitEvent({ event_type: "sync_start", message: "x" });
  await clock.advance(second);
  Object.assign(store, { aggregate: broken });
  const { reasons } = await monitor.getComprehensiveStatus();
  expect(reasons.map((reason) => reasonFor(chinese, reason))).toEqual([
    "存储没有应答，因此指标为空。",
    expect.stringMatching(/^存储写入失败，有 \d+ 行等待写入。$/),
  ]);
});

it("says in Chinese how many reasons are left out", async () => {
  const { clock, monitor } = rig();
  for (let n = 0; n < 25; n += 1)
    monitor.registerNotifier(failing("wrong", "config").notifier, { name: `wrong-${n}` });
  monitor.emitEvent({ event_type: "sync_start", message: "x" });
  await clock.advance(second);
  const { reasons } = await monitor.getComprehensiveStatus();
  expect(reasonFor(chinese, reasons.at(-1) ?? "")).toBe("另有 6 个原因。");
});

it("says in Chinese that a breaker is open for no reason that is known", () => {
  expect(reasonFor(chinese, "The breaker of receiver `mail` is open.")).toBe(
    "接收方 mail 的熔断器已打开。",
  );
});

it("gives the moment of a reason in the reader's zone, and leaves what is quoted", () => {
  const quoted = "at 2025-08-29T10:30:00.000Z: gone";
  const reason = `The latest health check is at level error, at 2025-08-29T10:30:00.000Z: ${quoted}`;
  expect(reasonFor(english, reason)).toBe(
    `The latest health check is at level error, at ${at}: ${quoted}`,
  );
  expect(reasonFor(chinese, reason)).toBe(`最近一次健康检查为“错误”级（${at}）：${quoted}`);
  const told =
    "Receiver `a` is cut off until somebody acts (config): The last, at 2025-08-29T10:30:00.000Z: x";
  expect(reasonFor(english, told)).toBe(told);
});

it("leaves in English what it does not know", () => {
  expect(reasonFor(chinese, "The moon is full.")).toBe("The moon is full.");
});
