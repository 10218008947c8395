import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { rig } from "./support/rig.ts";

const down = () => new DeliveryError("unavailable", "down");

/** Random numbers in a fixed order that differs by seed. */
const seeded = (seed: number) => () => {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed / 2_147_483_647;
};

/** A destination that refuses everything until it is told otherwise, and knows when it was asked. */
const outage = (random: () => number) => {
  const made = rig({ random });
  const askedAt: number[] = [];
  const arrived: string[] = [];
  let up = false;
  let underWay = 0;
  let most = 0;
  made.monitor.registerNotifier({
    contract: 1,
    id: "away",
    async send(batch) {
      askedAt.push(made.clock.monotonic());
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
      if (!up) throw down();
      arrived.push(...batch.map(({ id }) => id));
    },
  });
  return { ...made, askedAt, arrived, most: () => most, recover: () => (up = true) };
};

describe("fifty events that fail at once", () => {
  it.each([7, 8, 9])(
    "are not a storm: one probe at a time, ever more seldom, then all the others in order (trap 81, dice %d)",
    async (seed) => {
      const { clock, emit, askedAt, arrived, most, recover, receiver } = outage(seeded(seed));
      const ids = emit(50);
      await clock.advance(10 * 60_000);
      expect(askedAt.length).toBeLessThan(60);
      expect(most()).toBe(1);
      const waits = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? at));
      expect(Math.max(...waits.slice(-10))).toBeGreaterThan(5_000);
      recover();
      await clock.advance(120_000);
      // The probe that got through is any of those whose own wait was over.
      const probe = arrived[0];
      expect(arrived.slice(1)).toEqual(ids.filter((id) => id !== probe));
      expect(arrived).toHaveLength(ids.length);
      expect(receiver("away").pending).toBe(0);
    },
  );

  it("are not tried again at the same moments as those of the process beside it (trap 81)", async () => {
    const moments = async (seed: number): Promise<readonly number[]> => {
      const { clock, emit, askedAt } = outage(seeded(seed));
      emit(50);
      const begun = clock.monotonic();
      await clock.advance(60_000);
      return askedAt.filter((at) => at > begun);
    };
    const [one, two] = [await moments(7), await moments(8)];
    expect(one.length).toBeGreaterThan(5);
    expect(one.filter((at) => two.includes(at))).toEqual([]);
  });

  it("are tried a bounded number of times when nobody knows why they fail (trap 81)", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier, { retry: { maxAttempts: 3 }, breaker: false });
    notifier.fail(new Error("who knows"), Number.POSITIVE_INFINITY);
    emit(50);
    await clock.advance(3_600_000);
    expect(notifier.attempts).toHaveLength(150);
    expect(receiver("memory")).toMatchObject({ pending: 0, dead: { attempts: 50 } });
  });
});

describe("a destination that asks for more than patience", () => {
  it.each([
    ["an hour and a half", 5_400_000],
    ["a year", 365 * 86_400_000],
    ["longer than a timer can wait", 2 ** 31 + 1],
    ["longer than a number can tell", Number.MAX_VALUE],
  ])(
    "by asking to wait %s is asked again after an hour, and not before (trap 20)",
    async (_, ms) => {
      const { clock, monitor, emit } = rig();
      const notifier = memoryNotifier();
      monitor.registerNotifier(notifier, { retry: { maxAgeMs: 24 * 3_600_000 } });
      notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: ms }));
      emit(1);
      await clock.advance(3_599_000);
      expect(notifier.attempts).toHaveLength(1);
      await clock.advance(60_000);
      expect(notifier.attempts).toHaveLength(2);
    },
  );
});

describe("close() in the middle of it all", () => {
  it("ends by its deadline, tells what became of three under way and a hundred that wait, and leaves no timer (trap 49)", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const release: (() => void)[] = [];
    monitor.registerNotifier(
      {
        contract: 1,
        id: "slow",
        send: () => new Promise<void>((resolve) => release.push(resolve)),
      },
      { concurrency: 3 },
    );
    emit(103);
    await clock.advance(0);
    expect(receiver("slow")).toMatchObject({ in_flight: 3, pending: 103 });
    let report: unknown;
    const closing = monitor.close({ deadlineMs: 2_000 }).then((told) => {
      report = told;
    });
    release[0]?.();
    await clock.advance(1_000);
    expect(report).toBeUndefined();
    await clock.advance(1_500);
    expect(report).toMatchObject({ delivered: 1, dropped: 102, pending: 0 });
    await closing;
    expect(receiver("slow").dropped).toEqual({ closed: 102 });
    expect(clock.timers()).toBe(0);
  });
});
