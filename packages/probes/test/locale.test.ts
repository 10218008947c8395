import { describe, expect, it } from "vitest";
import type { DelayHistogram } from "../src/event-loop/delays.ts";
import { watchEventLoop } from "../src/event-loop/event-loop-watcher.ts";
import { healthChecks, heartbeat, storageWatcher } from "../src/index.ts";
import { GiB } from "./storage-support.ts";
import { hour, minute, rig, second } from "./support.ts";

const chinese = { locale: "zh-CN", timeZone: "Asia/Shanghai" } as const;

describe("on a monitor whose locale is zh-CN", () => {
  it("health checks speak Chinese", async () => {
    const { clock, monitor, news } = rig(chinese);
    let isBroken = true;
    const broken = (how: () => unknown) => () => (isBroken ? (how() as never) : undefined);
    const refused = Object.assign(new Error("10.0.0.1"), { code: "ECONNREFUSED" });
    const unreadable = new Proxy(new Error(), {
      get: () => {
        throw new Error("trap");
      },
    });
    healthChecks(monitor, {
      checks: {
        a: broken(() => false),
        b: broken(() => "ok"),
        c: broken(() => Promise.reject(refused)),
        d: broken(() => Promise.reject(7)),
        e: broken(() => ({ level: "error" })),
        f: broken(() => new Promise(() => {})),
        g: broken(() => Promise.reject(unreadable)),
      },
      timeoutMs: second,
    });
    await clock.advance(second);
    expect(news()).toMatchObject([
      {
        message: [
          "7 项检查中 7 项未通过",
          "a: 返回了 false",
          "b: 返回了 string，没有 level：请返回空、true、false 或 { level, message }",
          "c: Error (ECONNREFUSED)",
          "d: 抛出了 number",
          "e: 未通过",
          "另有 2 项",
        ].join("；"),
        details: {
          checks: {
            f: { message: "1000 毫秒内没有应答" },
            g: { message: "抛出了无法读取的错误" },
          },
        },
      },
    ]);
    isBroken = false;
    await clock.advance(30 * second);
    expect(news()[0]?.message).toBe(
      "7 项检查中 1 项未通过；f: 已有 30 秒没有应答；应答之前不再询问",
    );
  });

  it("health checks that all pass say so in Chinese", async () => {
    const { clock, monitor, messages } = rig(chinese);
    healthChecks(monitor, { checks: { a: () => true, b: () => {} } });
    await clock.advance(0);
    expect(messages()).toEqual(["2 项检查全部通过"]);
  });

  it("the storage watcher speaks Chinese", async () => {
    const { clock, monitor, messages } = rig(chinese);
    let freeBytes: number | undefined = 50 * GiB;
    const measure = () =>
      freeBytes === undefined ? new Promise<never>(() => {}) : { totalBytes: 100 * GiB, freeBytes };
    storageWatcher(monitor, { paths: ["/data"], measure, remindMs: hour });
    for (; freeBytes >= 14 * GiB; freeBytes -= GiB) await clock.advance(minute);
    await clock.advance(hour);
    freeBytes = 50 * GiB;
    await clock.advance(minute);
    freeBytes = undefined;
    await clock.advance(hour + 2 * minute);
    expect(messages()).toEqual([
      "/data 已用 85%，剩余 15 GiB（共 100 GiB）；按目前的速度，15 分钟后写满",
      expect.stringMatching(/^\/data 仍然已用 87%，剩余 13 GiB（共 100 GiB）；/),
      "/data 已恢复：已用 50%，剩余 50 GiB（共 100 GiB）",
      "/data 无法读取：5000 毫秒内没有应答",
      expect.stringMatching(/^\/data 仍无法读取：已有 \d+ 小时没有应答；应答之前不再询问$/),
    ]);
  });

  it("a path that is well again, or has no size, is told in Chinese", async () => {
    const { clock, monitor, messages } = rig(chinese);
    let totalBytes = 0;
    storageWatcher(monitor, {
      paths: ["/data"],
      measure: () => ({ totalBytes, freeBytes: totalBytes / 2 }),
    });
    await clock.advance(minute);
    totalBytes = 100 * GiB;
    await clock.advance(minute);
    expect(messages()).toEqual([
      "/data 无法读取：它没有大小",
      "/data 恢复可读：已用 50%，剩余 50 GiB（共 100 GiB）",
    ]);
  });

  it("the event loop's watcher speaks Chinese", async () => {
    const { clock, monitor, messages } = rig(chinese);
    let delayMs = 500;
    const nanoseconds = () => (delayMs + 20) * 1e6;
    const histogram: DelayHistogram = {
      count: 1,
      get max() {
        return nanoseconds();
      },
      percentile: nanoseconds,
      reset: () => {},
      enable: () => {},
      disable: () => {},
    };
    watchEventLoop(monitor, { remindMs: minute }, () => histogram);
    await clock.advance(90 * second);
    delayMs = 5;
    await clock.advance(10 * minute);
    expect(messages()).toEqual([
      "事件循环变慢：p99 500 毫秒，最长停顿 500 毫秒",
      "事件循环仍然缓慢：p99 500 毫秒，最长停顿 500 毫秒",
      "事件循环已恢复：p99 5 毫秒，最长停顿 5 毫秒",
    ]);
  });

  it("the heartbeat speaks Chinese", async () => {
    const { clock, monitor, news } = rig(chinese);
    let answer = () => monitor.getComprehensiveStatus();
    heartbeat({
      attach: (attachment) => monitor.attach(attachment),
      emitEvent: (input) => monitor.emitEvent(input),
      getComprehensiveStatus: () => answer(),
    });
    const beat = async () => {
      await clock.advance(5 * minute);
      return news().findLast(({ event_type }) => event_type === "service_status")?.message;
    };
    expect(await beat()).toBe("datasync 运行正常，已运行 5 分钟");
    monitor.emitEvent({ event_type: "storage_warning", message: "/data 已用 90%" });
    expect(await beat()).toBe(
      "datasync 状态降级：最近一次存储空间警告为“警告”级（2025-08-29 18:35:00 +08:00）：/data 已用 90%",
    );
    monitor.emitEvent({ event_type: "health_check", level: "critical", message: "数据库不可达" });
    expect(await beat()).toBe(
      "datasync 状态异常：最近一次健康检查为“严重”级（2025-08-29 18:40:00 +08:00）：数据库不可达（另有 1 个原因）",
    );
    answer = () => Promise.reject(new RangeError());
    expect(await beat()).toBe("datasync 在运行，但无法得知其状态：RangeError");
  });
});
