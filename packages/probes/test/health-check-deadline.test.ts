import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { healthChecks } from "../src/index.ts";
import { gate, minute, rig, second } from "./support.ts";

const passes = () => {};

describe("a check that does not settle", () => {
  it("has failed at its deadline, is told to stop, and is not started again while it runs", async () => {
    const { clock, monitor, news } = rig();
    const stuck = gate<boolean>();
    const signals: AbortSignal[] = [];
    healthChecks(monitor, {
      checks: {
        stuck: {
          level: "critical",
          run: (signal) => {
            signals.push(signal);
            return signals.length === 1 ? stuck.passed : true;
          },
        },
        fine: passes,
      },
      everyMs: 10 * second,
      timeoutMs: 3 * second,
      everyRounds: 2,
    });
    await clock.advance(2_999);
    expect(signals[0]?.aborted).toBe(false);
    expect(news()).toEqual([]);
    await clock.advance(1);
    expect(signals[0]?.aborted).toBe(true);
    const [first] = news();
    expect(first).toMatchObject({
      level: "critical",
      message: "1 of 2 checks fails; stuck: no answer within 3000 ms",
      metrics: { duration_seconds: 3 },
    });

    await clock.advance(20 * second);
    const [second_] = news();
    expect(second_?.message).toBe(
      "1 of 2 checks fails; stuck: no answer for 20 s; not asked again before it comes",
    );
    expect(second_?.details.checks).toMatchObject({ stuck: { duration_seconds: 20 } });
    expect(signals).toHaveLength(1);

    stuck.open(true);
    await clock.advance(10 * second);
    expect(signals).toHaveLength(2);
    expect(news().map(({ message }) => message)).toEqual(["All 2 checks pass"]);
  });

  it("may fail at any time after its deadline, and nobody is told", async () => {
    const { clock, monitor, news } = rig();
    const stuck = gate<boolean>();
    healthChecks(monitor, { checks: { stuck: () => stuck.passed }, everyMs: minute });
    await clock.advance(5 * second);
    expect(news()).toHaveLength(1);
    stuck.fail(new Error("late")); // an unhandled rejection would end the test run
    await turn();
    await clock.advance(second);
    expect(news()).toEqual([]);
  });

  it("is late, and not what it throws, when it stops as it is told", async () => {
    const { clock, monitor, messages } = rig();
    const obedient = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason)),
      );
    healthChecks(monitor, { checks: { obedient }, timeoutMs: second });
    await clock.advance(second);
    expect(messages()).toEqual(["The only check fails; obedient: no answer within 1000 ms"]);
  });

  it("delays the next round, and never lets two run at once", async () => {
    const { clock, monitor } = rig();
    let running = 0;
    let most = 0;
    const starts: number[] = [];
    const from = clock.monotonic();
    const slow = async () => {
      starts.push(clock.monotonic() - from);
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => void clock.setTimer(2_500, () => resolve()));
      running -= 1;
    };
    const registration = healthChecks(monitor, { checks: { slow }, everyMs: second });
    await clock.advance(8 * second);
    await registration.unregister();
    await clock.advance(2 * second);
    expect(most).toBe(1);
    expect(starts).toEqual([0, 2_500, 5_000, 7_500]);
  });
});
