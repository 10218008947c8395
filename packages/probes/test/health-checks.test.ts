import { describe, expect, it } from "vitest";
import { type HealthCheckResult, healthChecks } from "../src/index.ts";
import { crowd, gate, minute, rig, second } from "./support.ts";

const passes = () => {};
const fails = () => {
  throw new Error("no");
};

describe("an outcome", () => {
  it("is told after the first round, with each check, and the receivers of the same turn get it", async () => {
    const { clock, monitor, events } = rig();
    healthChecks(monitor, {
      checks: {
        database: () => new Promise<void>((resolve) => void clock.setTimer(1_500, () => resolve())),
        disk: () => true,
        replica: () => ({ level: "warning", message: "40 s behind", details: { lag_seconds: 40 } }),
      },
    });
    await clock.advance(2 * second);
    expect(events()).toHaveLength(1);
    const since = (ms: number) => new Date(Date.parse("2025-08-29T10:30:00.000Z") + ms).toJSON();
    expect(events()[0]).toMatchObject({
      event_type: "health_check",
      level: "warning",
      service: "datasync",
      message: "1 of 3 checks fails; replica: 40 s behind",
      metrics: { checks_total: 3, checks_failed: 1, duration_seconds: 1.5 },
    });
    expect(events()[0]?.details).toEqual({
      host: expect.any(String),
      checks: {
        database: {
          status: "passed",
          level: "info",
          duration_seconds: 1.5,
          since: since(1_500),
        },
        disk: {
          status: "passed",
          level: "info",
          duration_seconds: 0,
          since: since(0),
        },
        replica: {
          status: "failed",
          level: "warning",
          message: "40 s behind",
          duration_seconds: 0,
          since: since(0),
          details: { lag_seconds: 40 },
        },
      },
    });
  });

  it("names the gravest check first, in the message and in the details", async () => {
    const { clock, monitor, events } = rig();
    const finds = (level: "warning" | "critical") => () => ({ level, message: `a ${level}` });
    healthChecks(monitor, {
      checks: {
        a: passes,
        b: finds("warning"),
        c: finds("critical"),
        d: passes,
        e: finds("warning"),
      },
    });
    await clock.advance(0);
    expect(events()[0]?.message).toBe(
      "3 of 5 checks fail; c: a critical; b: a warning; e: a warning",
    );
    expect(Object.keys(Object(events()[0]?.details.checks))).toEqual(["c", "b", "e", "a", "d"]);
  });

  it("is told again when a check's level changes, and since when it is so", async () => {
    const { clock, monitor, news } = rig();
    let result: HealthCheckResult = true;
    const checks = { queue: () => result, disk: passes };
    healthChecks(monitor, { checks, everyMs: minute, everyRounds: 1_000 });
    await clock.advance(0);
    expect(news().map(({ level }) => level)).toEqual(["info"]);
    await clock.advance(10 * minute);
    expect(news()).toEqual([]);

    result = { level: "critical", message: "12,000 wait" };
    await clock.advance(minute);
    result = { level: "critical", message: "13,000 wait" };
    await clock.advance(10 * minute);
    expect(news().map(({ level, message }) => [level, message])).toEqual([
      ["critical", "1 of 2 checks fails; queue: 12,000 wait"],
    ]);

    result = undefined;
    await clock.advance(minute);
    const [recovery] = news();
    expect(recovery).toMatchObject({ level: "info", message: "All 2 checks pass" });
    expect(recovery?.details.checks).toMatchObject({
      queue: { since: "2025-08-29T10:52:00.000Z" },
      disk: { since: "2025-08-29T10:30:00.000Z" },
    });
  });

  it("is told again when one check fails for another, though as many fail as before", async () => {
    const { clock, monitor, messages } = rig();
    let broken = "a";
    const check = (name: string) => () => broken !== name;
    healthChecks(monitor, { checks: { a: check("a"), b: check("b") } });
    await clock.advance(0);
    broken = "b";
    await clock.advance(30 * second);
    expect(messages()).toEqual([
      "1 of 2 checks fails; a: answered false",
      "1 of 2 checks fails; b: answered false",
    ]);
  });

  it("that does not change is told once in `everyRounds`, counted from the last event", async () => {
    const { clock, monitor, news } = rig();
    let ok = true;
    healthChecks(monitor, { checks: { one: () => ok }, everyMs: minute, everyRounds: 3 });
    const told = [];
    for (let round = 0; round < 10; round += 1) {
      ok = round !== 4 && round !== 5;
      await clock.advance(round === 0 ? 0 : minute);
      told.push(news().length);
    }
    expect(told).toEqual([1, 0, 0, 1, 1, 0, 1, 0, 0, 1]);
  });

  it("that the monitor could not take is told after the next round", async () => {
    const { clock, monitor, messages } = rig();
    const { crowded, disperse } = crowd(monitor);
    healthChecks(crowded, { checks: { one: passes } });
    await clock.advance(0);
    expect(messages()).toEqual([]);
    disperse();
    await clock.advance(30 * second);
    expect(messages()).toEqual(["The only check passes"]);
  });

  it("names at most five of those that fail, the gravest first", async () => {
    const { clock, monitor, events } = rig();
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const checks = Object.fromEntries(names.map((name) => [name, fails]));
    healthChecks(monitor, { checks: { ...checks, z: { run: fails, level: "critical" } } });
    await clock.advance(0);
    expect(events()[0]?.message).toBe(
      "8 of 8 checks fail; z: Error; a: Error; b: Error; c: Error; d: Error; and 3 more",
    );
    expect(events()[0]?.level).toBe("critical");
  });
});

describe("health checks", () => {
  it("warn of no leak, however many there are", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    const { clock, monitor, events } = rig();
    const names = Array.from({ length: 100 }, (_, n) => `check-${n}`);
    const slow = () => new Promise<void>((resolve) => void clock.setTimer(10, () => resolve()));
    healthChecks(monitor, { checks: Object.fromEntries(names.map((name) => [name, slow])) });
    await clock.advance(second);
    process.off("warning", listen);
    expect(events()[0]?.message).toBe("All 100 checks pass");
    expect(warnings).toEqual([]);
  });

  it.each(["unregister", "close"] as const)("stop with %s, and call off what runs", async (how) => {
    const { clock, monitor, messages, timers } = rig();
    const signals: AbortSignal[] = [];
    const hang = (signal: AbortSignal) => {
      signals.push(signal);
      return gate<void>().passed;
    };
    const registration = healthChecks(monitor, { checks: { hang } });
    expect(registration.name).toBe("health-checks");
    await clock.advance(second);
    const stopped = how === "close" ? monitor.close() : registration.unregister();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await clock.advance(second);
    await stopped;
    expect(timers()).toBeLessThanOrEqual(0);
    await clock.advance(10 * minute);
    expect(signals).toHaveLength(1);
    expect(messages()).toEqual([]);
  });

  it("stop where `await using` ends", async () => {
    const { clock, monitor, messages } = rig();
    {
      await using _checks = healthChecks(monitor, { checks: { one: passes }, everyRounds: 1 });
      await clock.advance(0);
    }
    await clock.advance(10 * minute);
    expect(messages()).toHaveLength(1);
  });

  it("decide the comprehensive status", async () => {
    const { clock, monitor } = rig();
    let result: HealthCheckResult;
    healthChecks(monitor, { checks: { database: () => result }, everyMs: second });
    const statusAfter = async (next: HealthCheckResult) => {
      result = next;
      await clock.advance(second);
      const { status, health } = await monitor.getComprehensiveStatus();
      return [status, health?.level];
    };
    expect(await statusAfter(true)).toEqual(["healthy", "info"]);
    expect(await statusAfter({ level: "warning" })).toEqual(["degraded", "warning"]);
    expect(await statusAfter(false)).toEqual(["degraded", "error"]);
    expect(await statusAfter({ level: "critical", message: "gone" })).toEqual([
      "unhealthy",
      "critical",
    ]);
    const { health, reasons } = await monitor.getComprehensiveStatus();
    expect(health?.details).toMatchObject({ checks: { database: { message: "gone" } } });
    expect(reasons[0]).toMatch(/health check is at level critical.*database: gone/);
    expect(await statusAfter(true)).toEqual(["healthy", "info"]);
  });
});
