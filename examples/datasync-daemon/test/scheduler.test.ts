import { fakeClock } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { type Job, Scheduler } from "../src/scheduler.ts";

/** A job whose runs end when the test says so. */
const slowJob = (name = "sync") => {
  const begun: AbortSignal[] = [];
  const ends: (() => void)[] = [];
  const job: Job = {
    name,
    everyMs: 1_000,
    run: (signal) => {
      begun.push(signal);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  };
  return { job, begun, end: () => ends.shift()?.() };
};

describe("Scheduler", () => {
  it("begins the first run at once, and each other so long after the last has ended", async () => {
    const clock = fakeClock();
    const scheduler = new Scheduler({ clock });
    const { job, begun, end } = slowJob();
    scheduler.add(job);
    await clock.advance(5_000);
    expect(begun).toHaveLength(1);
    end();
    await clock.advance(999);
    expect(begun).toHaveLength(1);
    await clock.advance(1);
    expect(begun).toHaveLength(2);
  });

  it("runs one job at a time, in the order they fell due", async () => {
    const clock = fakeClock();
    const scheduler = new Scheduler({ clock });
    const [sync, cleanup] = [slowJob("sync"), slowJob("cleanup")];
    scheduler.add(sync.job);
    scheduler.add(cleanup.job);
    await clock.advance(5_000);
    expect([sync.begun.length, cleanup.begun.length]).toEqual([1, 0]);
    sync.end();
    await clock.advance(5_000);
    expect([sync.begun.length, cleanup.begun.length]).toEqual([1, 1]);
    cleanup.end();
    await clock.advance(0);
    expect([sync.begun.length, cleanup.begun.length]).toEqual([2, 1]);
  });

  it("tells of a run that failed, and runs the job again", async () => {
    const clock = fakeClock();
    const failures: string[] = [];
    const scheduler = new Scheduler({
      clock,
      onFailure: (job, error) => failures.push(`${job}: ${error}`),
    });
    const run = () => Promise.reject(new Error("no such table"));
    scheduler.add({ name: "sync", everyMs: 1_000, run });
    await clock.advance(1_000);
    expect(failures).toEqual(["sync: Error: no such table", "sync: Error: no such table"]);
  });

  it("aborts the run under way when it stops, waits for its end, and leaves nothing behind", async () => {
    const clock = fakeClock();
    const scheduler = new Scheduler({ clock });
    const [sync, cleanup] = [slowJob("sync"), slowJob("cleanup")];
    scheduler.add({ name: "quick", everyMs: 1_000, run: async () => {} });
    scheduler.add(sync.job);
    scheduler.add(cleanup.job);
    await clock.advance(0);
    const stopped = scheduler.stop({ deadlineMs: 10_000 });
    await clock.advance(500);
    expect(sync.begun[0]?.aborted).toBe(true);
    sync.end();
    expect(await stopped).toBe(true);
    expect(clock.timers()).toBe(0);
    await clock.advance(5_000);
    expect([sync.begun.length, cleanup.begun.length]).toEqual([1, 0]);
  });

  it("does not wait beyond the deadline for a run that does not end", async () => {
    const clock = fakeClock();
    const scheduler = new Scheduler({ clock });
    scheduler.add(slowJob().job);
    await clock.advance(0);
    const stopped = scheduler.stop({ deadlineMs: 10_000 });
    await clock.advance(10_000);
    expect(await stopped).toBe(false);
  });
});
