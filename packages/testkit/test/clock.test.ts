import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../src/index.ts";

describe("fakeClock", () => {
  it("begins at the moment of the guide's sample, and its monotonic time is another number", () => {
    const clock = fakeClock();
    expect(new Date(clock.now()).toISOString()).toBe("2025-08-29T10:30:00.000Z");
    expect(clock.monotonic()).not.toBe(clock.now());
    expect(fakeClock(5).now()).toBe(5);
  });

  it("moves both clocks by what it is told", async () => {
    const clock = fakeClock(0);
    const before = clock.monotonic();
    await clock.advance(1500);
    expect([clock.now(), clock.monotonic() - before]).toEqual([1500, 1500]);
  });

  it("steps the wall clock alone, backwards too, and fires nothing", async () => {
    const clock = fakeClock(10_000);
    const monotonic = clock.monotonic();
    let fired = 0;
    clock.setTimer(100, () => {
      fired += 1;
    });
    clock.step(3_600_000);
    clock.step(-3_605_000);
    expect([clock.now(), clock.monotonic() - monotonic, fired]).toEqual([5000, 0, 0]);
    await clock.advance(100);
    expect([clock.now(), fired]).toEqual([5100, 1]);
  });

  it("fires timers in the order they fall due, each at its own moment, ties as they were set", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 12 }), fc.nat(60), async (delays, ms) => {
        const clock = fakeClock(0);
        const fired: [number, number][] = [];
        delays.forEach((delay, index) => {
          clock.setTimer(delay, () => fired.push([clock.now(), index]));
        });
        await clock.advance(ms, { turns: 1 });
        const due = delays.map((delay, index) => [delay, index] as [number, number]);
        const expected = due.filter(([delay]) => delay <= ms).sort(([a], [b]) => a - b);
        expect(fired).toEqual(expected);
        expect(clock.timers()).toBe(delays.length - expected.length);
      }),
      { numRuns: 60 },
    );
  });

  it("fires a timer that was set by another, when it falls due on the way", async () => {
    const clock = fakeClock(0);
    const at: number[] = [];
    const tick = () => {
      at.push(clock.now());
      clock.setTimer(10, tick);
    };
    clock.setTimer(10, tick);
    await clock.advance(35);
    expect(at).toEqual([10, 20, 30]);
  });

  it("lets promises and setImmediate callbacks run between two timers", async () => {
    const clock = fakeClock(0);
    const log: string[] = [];
    clock.setTimer(10, async () => {
      log.push("first");
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.resolve();
      log.push("work of the first");
    });
    clock.setTimer(11, () => log.push("second"));
    await clock.advance(11);
    expect(log).toEqual(["first", "work of the first", "second"]);
  });

  it("lets work that is under way set its timer before time moves", async () => {
    const clock = fakeClock(0);
    let firedAt = -1;
    void Promise.resolve().then(() =>
      setImmediate(() => clock.setTimer(5, () => (firedAt = clock.now()))),
    );
    await clock.advance(10);
    expect(firedAt).toBe(5);
  });

  it("waits for work that keeps setting timers to come to rest", async () => {
    const clock = fakeClock(0);
    let rounds = 0;
    const work = async () => {
      while (rounds < 30) {
        rounds += 1;
        clock.setTimer(60_000, () => {}).cancel();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    void work();
    await clock.advance(0);
    expect(rounds).toBe(30);
  });

  it("does not fire a timer that was called off, even twice", async () => {
    const clock = fakeClock();
    let fired = 0;
    const timer = clock.setTimer(1, () => {
      fired += 1;
    });
    timer.cancel();
    timer.cancel();
    await clock.advance(10);
    expect([fired, clock.timers()]).toEqual([0, 0]);
  });

  it("takes a delay that is negative or no number as none, and one past 2^31 as it is", async () => {
    const clock = fakeClock(0);
    const fired: string[] = [];
    clock.setTimer(-5, () => fired.push("negative"));
    clock.setTimer(Number.NaN, () => fired.push("NaN"));
    clock.setTimer(2 ** 31, () => fired.push("long"));
    await clock.advance(0);
    expect(fired).toEqual(["negative", "NaN"]);
    await clock.advance(2 ** 31);
    expect(fired).toContain("long");
  });

  it("rejects with what a timer throws, and refuses to go back", async () => {
    const clock = fakeClock();
    clock.setTimer(1, () => {
      throw new Error("from the timer");
    });
    await expect(clock.advance(1)).rejects.toThrow("from the timer");
    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
  });
});
