import { checkBooks, memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { ConfigError } from "../src/errors.ts";
import { getMonitorInterface, setupMonitorInterface } from "../src/global.ts";
import { memoryStore } from "../src/store/memory.ts";

afterEach(async () => {
  const monitor = getMonitorInterface();
  await monitor.close();
  checkBooks(monitor.stats());
});

describe("the global monitor", () => {
  it("delivers the guide's first sample without any set-up", async () => {
    const seen: string[] = [];
    const monitor = getMonitorInterface();
    monitor.registerCallback((event) => void seen.push(`${event.event_type} - ${event.message}`));
    monitor.emitEvent({
      event_type: "sync_success",
      message: "数据同步完成",
      metrics: { duration_seconds: 30 },
    });
    await monitor.flush();
    expect(seen).toEqual(["sync_success - 数据同步完成"]);
  });

  it("is one and the same until it is closed, and then a new one", async () => {
    const first = getMonitorInterface();
    expect(getMonitorInterface()).toBe(first);
    await first.close();
    expect(getMonitorInterface()).not.toBe(first);
  });

  it("keeps registrations and remembered events when it is set up, and delivers nothing twice", async () => {
    const notifier = memoryNotifier();
    const early = getMonitorInterface();
    early.registerNotifier(notifier);
    early.emitEvent({ event_type: "sync_start", message: "before" });
    await early.flush();
    const store = memoryStore();
    const monitor = setupMonitorInterface({ service: "named", store });
    expect(monitor).toBe(early);
    monitor.emitEvent({ event_type: "sync_success", message: "after" });
    await monitor.flush();
    expect(notifier.events.map(({ message, service }) => [message, service])).toEqual([
      ["before", "datasync"],
      ["after", "named"],
    ]);
    expect((await monitor.getEvents()).rows.map(({ message }) => message)).toEqual([
      "after",
      "before",
    ]);
    expect((await monitor.getDeliveries()).rows.map(({ state }) => state)).toEqual([
      "delivered",
      "delivered",
    ]);
    expect(store.events({}).rows).toHaveLength(2);
  });

  it("is set up once until it is closed", async () => {
    const monitor = setupMonitorInterface({ service: "one" });
    expect(() => setupMonitorInterface({ service: "two" })).toThrow(/set up already/);
    await monitor.close();
    expect(setupMonitorInterface({ service: "two" }).stats().service).toBe("two");
  });

  it("refuses options where it is only asked for, and names what takes them", () => {
    const ask = getMonitorInterface as (...given: unknown[]) => unknown;
    expect(() => ask({ service: "named" })).toThrow(/setupMonitorInterface\(\)/);
    expect(() => ask({ service: "named" })).toThrow(ConfigError);
    expect(ask(undefined)).toBe(getMonitorInterface());
  });

  it("is shared by two copies of core", async () => {
    const slots = globalThis as { [key: symbol]: unknown };
    const monitor = getMonitorInterface();
    expect(slots[Symbol.for("@datasync-monitor/core/global")]).toMatchObject({ monitor });
  });

  it("hides what `redact` names also in the details of a child that was made before the set-up", async () => {
    const child = getMonitorInterface()
      .child({ details: { password: "hunter2", job: "a" } })
      .child({ details: { user: { token: "t" } } });
    const monitor = setupMonitorInterface({ redact: ["password", "user.token"] });
    child.emitEvent({ event_type: "sync_start", message: "go" });
    const [event] = (await monitor.getEvents()).rows;
    expect(event?.details).toEqual({
      password: "[redacted]",
      job: "a",
      user: { token: "[redacted]" },
    });
  });

  it("refuses to be set up with what is no options, and can be set up then", () => {
    getMonitorInterface();
    expect(() => setupMonitorInterface(null as never)).toThrow(ConfigError);
    expect(setupMonitorInterface({ service: "named" }).stats().service).toBe("named");
  });
});
