import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../src/clock.ts";

const day = 86_400_000;

describe("systemClock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("fires a wait of 30 days once, and not before", () => {
    const fired = vi.fn();
    systemClock.setTimer(30 * day, fired);
    vi.advanceTimersByTime(30 * day - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(60 * day);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it("never fires once it is cancelled, in whichever part of a long wait", () => {
    const fired = vi.fn();
    const early = systemClock.setTimer(30 * day, fired);
    const late = systemClock.setTimer(30 * day, fired);
    early.cancel();
    vi.advanceTimersByTime(26 * day);
    late.cancel();
    late.cancel();
    vi.advanceTimersByTime(60 * day);
    expect(fired).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([0, -5, Number.NaN])("fires a wait of %d in the next turn", (delay) => {
    const fired = vi.fn();
    systemClock.setTimer(delay, fired);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it("waits no less than a fraction of a millisecond asks for", () => {
    const fired = vi.fn();
    systemClock.setTimer(10.2, fired);
    vi.advanceTimersByTime(10);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it("does not hold the process", () => {
    vi.useRealTimers();
    const holding = () =>
      process.getActiveResourcesInfo().filter((what) => what === "Timeout").length;
    const before = holding();
    const timer = systemClock.setTimer(60_000, () => {});
    expect(holding()).toBe(before);
    timer.cancel();
  });

  it("tells wall time and a time that only goes on", () => {
    vi.useRealTimers();
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  });
});
