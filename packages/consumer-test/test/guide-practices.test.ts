import { createMonitor, type Monitor } from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { checkBooks, hostileHttp, memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it } from "vitest";

const open: Monitor[] = [];

const monitored = () => {
  const problems: string[] = [];
  const monitor = createMonitor({
    selfReport: true,
    onProblem: ({ code, receiver }) => problems.push(`${receiver} ${code}`),
  });
  open.push(monitor);
  return { monitor, problems };
};

const failure = { event_type: "sync_failure", message: "no such table: coin_data" } as const;
const quick = { retry: { baseMs: 1, capMs: 5 } };

afterEach(async () => {
  for (const monitor of open.splice(0)) {
    await monitor.close({ deadlineMs: 0 });
    checkBooks(monitor.stats());
  }
});

describe("最佳实践", () => {
  it("1. 事件过滤: a receiver gets only the types and levels it registered for", async () => {
    const { monitor } = monitored();
    const pager = memoryNotifier();
    monitor.registerNotifier(pager, { types: ["*_failure"], minLevel: "error" });
    monitor.emitEvent(failure);
    monitor.emitEvent({ ...failure, level: "warning" });
    monitor.emitEvent({ event_type: "sync_success", message: "done" });
    await monitor.flush();
    expect(pager.events).toHaveLength(1);
    expect(monitor.stats().receivers[0]).toMatchObject({ taken: 3, filtered: 2, delivered: 1 });
  });

  it("2. 异步处理: emitting returns before any callback runs, and a slow one holds up nobody", async () => {
    const { monitor } = monitored();
    const order: string[] = [];
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    monitor.registerCallback(() => gate, { name: "slow" });
    monitor.registerCallback(() => void order.push("called back"), { name: "light" });
    monitor.emitEvent(failure);
    order.push("emitted");
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(["emitted", "called back"]);
    release();
    await monitor.flush();
  });

  it("3. 错误处理: a callback that throws breaks neither the service nor its neighbours, and is reported", async () => {
    const { monitor, problems } = monitored();
    const pager = memoryNotifier();
    monitor.registerCallback(
      () => {
        throw new Error("network away");
      },
      { name: "clumsy" },
    );
    monitor.registerNotifier(pager);
    expect(monitor.emitEvent(failure).ok).toBe(true);
    await monitor.flush();
    expect(pager.events).toHaveLength(1);
    expect(problems).toEqual(["clumsy callback-failed"]);
  });

  it("4. 批量发送: what gathers leaves as one batch", async () => {
    const { monitor } = monitored();
    const pager = memoryNotifier({ maxBatchSize: 100 });
    monitor.registerNotifier(pager, { batch: { maxSize: 50, maxWaitMs: 60_000 } });
    for (let n = 0; n < 50; n += 1) monitor.emitEvent(failure);
    await monitor.flush();
    expect(pager.batches.map(({ length }) => length)).toEqual([50]);
  });

  it("5. 监控回调: when a webhook fails the other receivers are told, and verify() knows", async () => {
    const { monitor } = monitored();
    const receiver = await hostileHttp();
    receiver.meet("refuse");
    const pager = memoryNotifier();
    monitor.registerNotifier(webhook({ url: receiver.url }), {
      ...quick,
      types: ["sync_failure"],
      breaker: { failures: 2, cooldownMs: 60_000 },
    });
    monitor.registerNotifier(pager, { types: ["service_status"] });
    const told = new Promise<void>((resolve) => {
      monitor.observe((signal) => {
        if (
          signal.kind === "settled" &&
          signal.receiver === "memory" &&
          signal.fate === "delivered"
        )
          resolve();
      });
    });
    monitor.emitEvent(failure);
    await told;
    expect(pager.events.map(({ event_type }) => event_type)).toEqual(["service_status"]);
    const [report] = await monitor.verify("webhook");
    expect(report).toMatchObject({ receiver: "webhook", status: "failed", code: "unavailable" });
    await receiver.close();
  });
});

describe("故障排查 · 事件没有发送", () => {
  it("检查是否正确注册了回调函数: stats() names every receiver", () => {
    const { monitor } = monitored();
    monitor.registerCallback(() => {}, { name: "ops" });
    expect(monitor.stats().receivers.map(({ name }) => name)).toEqual(["ops"]);
  });

  it("确认事件类型和级别匹配: explain() says who would get an event, who not, and why", () => {
    const { monitor } = monitored();
    monitor.registerCallback(() => {}, { name: "errors", minLevel: "error" });
    monitor.registerCallback(() => {}, { name: "cleanups", types: ["cleanup_*"] });
    const decisions = monitor.explain(failure);
    expect(decisions.map(({ receiver, wanted }) => [receiver, wanted])).toEqual([
      ["errors", true],
      ["cleanups", false],
    ]);
    expect(decisions[1]?.reason).toContain("sync_failure");
  });
});

describe("故障排查 · Webhook失败", () => {
  it("检查网络连接和URL正确性: verify() tells a dead port from one that answers, and posts nothing visible", async () => {
    const { monitor } = monitored();
    const receiver = await hostileHttp();
    monitor.registerNotifier(webhook({ url: receiver.url }));
    expect(await monitor.verify()).toMatchObject([{ status: "ok", code: null }]);
    receiver.meet("refuse");
    expect(await monitor.verify()).toMatchObject([{ status: "failed", code: "unavailable" }]);
    await receiver.close();
  });

  it("查看回调函数中的异常日志: getDeliveries() has the last error of each delivery", async () => {
    const { monitor } = monitored();
    const receiver = await hostileHttp();
    receiver.answer(410, "");
    monitor.registerNotifier(webhook({ url: receiver.url }));
    monitor.emitEvent(failure);
    const reported = new Promise<void>((resolve) => {
      monitor.observe(({ kind }) => {
        if (kind === "problem") resolve();
      });
    });
    await reported;
    const { rows } = await monitor.getDeliveries({ receiver: "webhook" });
    expect(rows).toMatchObject([{ state: "pending", last_error: { code: "endpoint" } }]);
    await receiver.close();
  });

  it("确认webhook服务端可用: sendTest() sends one marked event, and replay() tries again what died", async () => {
    const { monitor } = monitored();
    const receiver = await hostileHttp();
    monitor.registerNotifier(webhook({ url: receiver.url }));
    expect(await monitor.sendTest("webhook")).toMatchObject({ state: "delivered" });
    receiver.answer(400, "", {}, 1);
    monitor.emitEvent(failure);
    await monitor.flush();
    expect(await monitor.replay({ receiver: "webhook" })).toBe(1);
    await monitor.flush();
    expect(monitor.stats().receivers[0]).toMatchObject({ delivered: 2, dead: { payload: 0 } });
    await receiver.close();
  });
});

describe("故障排查 · 性能问题", () => {
  it("避免在回调中执行耗时操作: one that holds the event loop is reported by name", async () => {
    const { monitor, problems } = monitored();
    monitor.registerCallback(
      () => {
        const endsAt = performance.now() + 250;
        while (performance.now() < endsAt);
      },
      { name: "busy" },
    );
    monitor.emitEvent(failure);
    await monitor.flush();
    expect(problems).toEqual(["busy loop-blocked"]);
  });

  it("考虑使用队列异步处理事件: each receiver has a bounded queue, and its losses are counted", async () => {
    const { monitor } = monitored();
    const pager = memoryNotifier();
    const open = pager.hold();
    monitor.registerNotifier(pager, { queue: { maxEvents: 10 } });
    for (let n = 0; n < 30; n += 1) monitor.emitEvent(failure);
    await new Promise((resolve) => setImmediate(resolve));
    const [receiver] = monitor.stats().receivers;
    expect(receiver).toMatchObject({ dropped: { overflow: 20 }, pending: 10 });
    expect(receiver?.queue).toMatchObject({ events: 10, max_events: 10 });
    open();
    await monitor.flush();
  });

  it("监控回调函数的执行时间: observe() has the duration of every attempt", async () => {
    const { monitor } = monitored();
    const seconds: number[] = [];
    monitor.observe((signal) => {
      if (signal.kind === "attempt") seconds.push(signal.duration_seconds);
    });
    monitor.registerCallback(() => new Promise((resolve) => setTimeout(resolve, 20)));
    monitor.emitEvent(failure);
    await monitor.flush();
    expect(seconds).toHaveLength(1);
    expect(seconds[0]).toBeGreaterThan(0.015);
  });
});
