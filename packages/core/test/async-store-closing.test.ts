import { checkBooks, fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { createMonitor } from "../src/monitor.ts";
import { storeWith } from "./models/support/store-manners.ts";
import { bare, hour } from "./support/async-store-kit.ts";
import { scriptedStore } from "./support/scripted-store.ts";

describe("closing", () => {
  it("writes at once what waited for its next try", async () => {
    const { store, answers, groups } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit } = bare(store);
    monitor.registerNotifier(memoryNotifier());
    emit("one");
    await clock.advance(10);
    answers.commit = "soon";
    const closing = monitor.close();
    await clock.advance(0);
    expect(await closing).toMatchObject({ delivered: 0, pending: 0, timed_out: false });
    expect(groups.flatMap(({ outcomes }) => outcomes.map(({ state: to }) => to))).toEqual([
      "delivered",
    ]);
  });

  it("counts what was delivered as pending when a durable store does not learn it: it will be sent again", async () => {
    const { store, answers } = scriptedStore();
    const { clock, monitor, emit } = bare(store);
    const seen: string[] = [];
    monitor.registerCallback((event) => void seen.push(event.message), { name: "callback" });
    monitor.registerNotifier({
      ...memoryNotifier(),
      id: "slow",
      send: async () => {
        answers.commit = "never";
      },
    });
    emit("one");
    await clock.advance(0);
    const closing = monitor.close({ deadlineMs: 1_000 });
    await clock.advance(2_000);
    expect(await closing).toMatchObject({ pending: 1, timed_out: true });
    expect(monitor.stats().store.uncommitted).toBeGreaterThan(0);
    checkBooks(monitor.stats());
  });

  it("gives the store what was emitted while it wrote, though there is no time to deliver it", async () => {
    const clock = fakeClock();
    const how = { open: "later", commit: "later", claim: "later", read: "later" } as const;
    const store = storeWith({ durable: true, ...how, prune: "later", close: "later" }, clock);
    const monitor = createMonitor({ clock, store, onProblem: () => {} });
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "Away."), 100);
    monitor.registerNotifier(notifier);
    for (const message of ["one", "two"]) {
      monitor.emitEvent({ event_type: "sync_success", message });
      await clock.advance(0);
    }
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(2_000);
    expect(await closing).toMatchObject({ dropped: 0, pending: 2 });
    checkBooks(monitor.stats());
  });

  it("drops what no durable store got, and leaves to it what it has", async () => {
    const { store, answers } = scriptedStore();
    const { clock, monitor, emit } = bare(store);
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("unavailable", "Away."), 100);
    monitor.registerNotifier(notifier);
    emit("remembered");
    await clock.advance(0);
    answers.commit = "rejects";
    emit("lost");
    await clock.advance(0);
    const closing = monitor.close({ deadlineMs: 100 });
    await clock.advance(2_000);
    expect(await closing).toMatchObject({ pending: 1, dropped: 1, timed_out: true });
    expect(monitor.stats().receivers[0]).toMatchObject({ pending: 1, dropped: { closed: 1 } });
    checkBooks(monitor.stats());
  });

  it("is the end of all tries", async () => {
    const { store, asked, calls } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit, problems } = bare(store);
    monitor.registerNotifier(memoryNotifier());
    emit("one");
    await clock.advance(0);
    const closing = monitor.close();
    await clock.advance(20_000);
    await closing;
    const told = problems.length;
    const attempts = asked.length;
    await clock.advance(hour);
    expect(problems).toHaveLength(told);
    expect(asked).toHaveLength(attempts);
    expect(calls.close).toBe(1);
    expect(clock.timers()).toBe(0);
  });
});
