import { createMonitor, type EventStore, type Monitor } from "@datasync-monitor/core";
import { memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach, describe, expect, it } from "vitest";

const events = 300;

/** What a store holds when a monitor on it says that it is done. `make` opens the same data each time. */
export const testEnds = (make: () => EventStore): void => {
  const monitors: Monitor[] = [];

  afterEach(async () => {
    for (const monitor of monitors.splice(0)) await monitor.close();
  });

  /** Takes more than its queue has room for, while it delivers. */
  const busy = async (): Promise<Monitor> => {
    const monitor = createMonitor({ store: make(), onProblem: () => {} });
    monitors.push(monitor);
    const notifier = memoryNotifier({ maxBatchSize: 7 });
    monitor.registerNotifier(notifier, { name: "a", queue: { maxEvents: 20 }, concurrency: 3 });
    for (let n = 0; n < events; n += 1) {
      monitor.emitEvent({ event_type: "sync_success", message: `event ${n}` });
      if (n % 100 === 50) await monitor.persisted();
    }
    return monitor;
  };

  const left = async () => {
    const store = make();
    await store.open("next");
    const backlog = await store.backlog();
    await store.close();
    return backlog;
  };

  describe("what a monitor has delivered", () => {
    it("is known to the store when flush() resolves: a kill has nothing of it delivered again", async () => {
      const monitor = await busy();
      expect(await monitor.flush()).toMatchObject({ pending: 0, timed_out: false });
      expect(await left()).toEqual([]);
    });

    it("is known to the store when close() resolves: the next process delivers nothing again", async () => {
      const monitor = await busy();
      expect(await monitor.close()).toMatchObject({ pending: 0, timed_out: false });
      expect(monitor.stats().receivers[0]).toMatchObject({ delivered: events, moved: 0 });
      expect(await left()).toEqual([]);
      const next = createMonitor({ store: make(), onProblem: () => {} });
      monitors.push(next);
      const notifier = memoryNotifier();
      next.registerNotifier(notifier, { name: "a" });
      next.emitEvent({ event_type: "sync_start", message: "of the next process" });
      await next.flush();
      expect(notifier.events.map(({ message }) => message)).toEqual(["of the next process"]);
    });
  });
};
