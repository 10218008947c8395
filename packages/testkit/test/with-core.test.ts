import { createMonitor, DeliveryError, type Monitor } from "@datasync-monitor/core";
import { afterEach, describe, expect, it } from "vitest";
import { checkBooks, type FakeClock, fakeClock, memoryNotifier } from "../src/index.ts";

let clock: FakeClock;
let monitor: Monitor;
const start = (): void => {
  clock = fakeClock();
  monitor = createMonitor({ clock, onProblem: () => {} });
};
afterEach(async () => {
  const closing = monitor.close();
  await clock.advance(20_000);
  await closing;
  checkBooks(monitor.stats());
});

describe("the kit around a monitor", () => {
  it("walks a pipeline through its retries without waiting on the real clock", async () => {
    start();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    notifier.fail(new DeliveryError("unavailable", "not now"), 2);
    monitor.emitEvent({ event_type: "sync_success", message: "done" });
    await clock.advance(60_000);
    expect(notifier.attempts.map(({ context }) => context.attempt)).toEqual([1, 2, 3]);
    expect(notifier.events).toHaveLength(1);
  });

  it("keeps the books balanced while a send is held, and lets what waited leave as a digest", async () => {
    start();
    const notifier = memoryNotifier({ maxBatchSize: 10 });
    monitor.registerNotifier(notifier);
    const release = notifier.hold();
    for (const message of ["one", "two", "three"]) {
      monitor.emitEvent({ event_type: "sync_success", message });
      await clock.advance(0);
    }
    checkBooks(monitor.stats());
    expect(monitor.stats().receivers).toMatchObject([{ pending: 3, in_flight: 1 }]);
    release();
    await clock.advance(0);
    expect(notifier.batches.map((batch) => batch.length)).toEqual([1, 2]);
  });
});
