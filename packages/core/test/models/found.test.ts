import { fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../../src/errors.ts";
import { rig } from "../support/rig.ts";
import type { Manner } from "./support/manners.ts";
import { type StoreManners, storeWith } from "./support/store-manners.ts";

/** What the models found, each as the shortest story that shows it. */

const polite: StoreManners = {
  durable: true,
  open: "at once",
  commit: "at once",
  claim: "at once",
  read: "at once",
  prune: "at once",
  close: "at once",
};

const rigWith = (manners: Partial<StoreManners>) => {
  const clock = fakeClock();
  const store = storeWith({ ...polite, ...manners }, clock);
  return Object.assign(rig({ clock, store }), { clock });
};

const settled = (promise: Promise<unknown>): (() => boolean) => {
  let is = false;
  const end = (): void => {
    is = true;
  };
  promise.then(end, end);
  return () => is;
};

describe("flush()", () => {
  it("ends when what it waits for is given up, and not at its deadline", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "down"), 100);
    const registration = monitor.registerNotifier(notifier);
    emit(1);
    await clock.advance(0);
    const flushed = settled(monitor.flush({ deadlineMs: 60_000 }));
    void registration.unregister({ drain: false });
    await clock.advance(500);
    expect(flushed()).toBe(true);
  });
});

describe("a store that never answers", () => {
  it.each(["open", "commit", "claim", "prune"] as const)(
    "%s leaves no timer behind once the monitor is closed",
    async (part) => {
      const { clock, monitor, emit } = rigWith({ durable: part === "prune", [part]: "never" });
      monitor.registerNotifier(memoryNotifier());
      emit(1);
      await clock.advance(61_000);
      const closing = monitor.close({ deadlineMs: 0 });
      await clock.advance(1_000);
      await closing;
      expect(clock.timers()).toBe(0);
    },
  );

  it("holds close() up for no longer than half a second, though a receiver never ends either", async () => {
    const { clock, monitor, emit } = rigWith({ commit: "never", close: "never" });
    const never = () => new Promise<never>(() => {});
    monitor.registerNotifier({ contract: 1, id: "hung", send: never, close: never });
    emit(1);
    await clock.advance(6_000);
    monitor.registerNotifier({ contract: 1, id: "later", send: never, close: never });
    emit(1);
    const closed = settled(monitor.close({ deadlineMs: 600 }));
    await clock.advance(600 + 500);
    expect(closed()).toBe(true);
  });

  it("late to forget what is old is not asked again once the monitor is closed", async () => {
    const { clock, monitor } = rigWith({ prune: "later" });
    await clock.advance(60_001);
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(1_000);
    await closing;
    expect(clock.timers()).toBe(0);
  });

  it.each(["getDeliveries", "getEvents", "getSyncMetrics", "getComprehensiveStatus"] as const)(
    "keeps nobody who asks %s() waiting for more than five seconds",
    async (question) => {
      const { clock, monitor } = rigWith({ read: "never" });
      const answered = settled(monitor[question]());
      await clock.advance(5_001);
      expect(answered()).toBe(true);
    },
  );

  it("keeps nobody who replays waiting for its claim", async () => {
    const { clock, monitor, emit } = rigWith({ durable: false, claim: "never" });
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("payload", "no"));
    monitor.registerNotifier(notifier);
    emit(1);
    await clock.advance(0);
    const answered = settled(monitor.replay({}));
    await clock.advance(11_000);
    expect(answered()).toBe(true);
  });
});

describe("more than a receiver may hold, with a durable store", () => {
  it.each<Manner>(["at once", "soon", "later"])(
    "stays its own while the store answers %s: nothing is counted as moved",
    async (how) => {
      const { clock, monitor, emit, receiver } = rigWith({ commit: how, claim: how });
      const notifier = memoryNotifier();
      const release = notifier.hold();
      monitor.registerNotifier(notifier, { queue: { maxEvents: 1 } });
      emit(3);
      await clock.advance(200);
      expect(receiver("memory")).toMatchObject({ taken: 3, pending: 3, moved: 0 });
      release();
      await clock.advance(4_000);
      expect(receiver("memory")).toMatchObject({ taken: 3, delivered: 3, moved: 0 });
    },
  );

  it("leaves in batches in the order of emission, also where levels differ", async () => {
    const { clock, monitor, emit } = rigWith({});
    const notifier = memoryNotifier({ maxBatchSize: 4 });
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { queue: { maxEvents: 4 } });
    emit(1);
    await clock.advance(0);
    for (const level of ["error", "warning", "error", "error", "info", "critical", "info"])
      emit(1, { level });
    await clock.advance(0);
    release();
    await clock.advance(60_000);
    for (const batch of notifier.batches) {
      const ids = batch.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort());
    }
    expect(notifier.events).toHaveLength(8);
  });

  it("goes on at once when what came in was too old and is gone again", async () => {
    const { clock, monitor, emit, receiver } = rigWith({});
    const notifier = memoryNotifier();
    const release = notifier.hold();
    const retry = { maxAgeMs: 9_000 };
    monitor.registerNotifier(notifier, { queue: { maxEvents: 1 }, retry });
    emit(2);
    await clock.advance(9_001);
    emit(1);
    await clock.advance(0);
    release();
    await clock.advance(100);
    expect(receiver("memory")).toMatchObject({ delivered: 2, dead: { expired: 1 }, pending: 0 });
  });

  it("is in the report of a receiver that leaves before its filter was asked", async () => {
    const { clock, monitor, emit } = rigWith({ commit: "later" });
    const registration = monitor.registerNotifier(memoryNotifier());
    emit(1);
    await clock.advance(0);
    emit(1);
    const leaving = registration.unregister({ drain: false });
    await clock.advance(1_000);
    const { delivered, dropped, pending } = await leaving;
    expect(delivered + dropped + pending).toBe(2);
  });
});
