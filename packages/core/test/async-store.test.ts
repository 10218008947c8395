import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../src/errors.ts";
import { bare } from "./support/async-store-kit.ts";
import { rig } from "./support/rig.ts";
import { scriptedStore } from "./support/scripted-store.ts";
import { settling } from "./support/settling.ts";

describe("a store that never answers a commit", () => {
  it("holds events up for five seconds, and then they go on in memory, callbacks too", async () => {
    const { store, answers } = scriptedStore({ commit: "never" });
    const { clock, monitor, emit, receiver, problems } = rig({ store });
    const seen: string[] = [];
    monitor.registerCallback((event) => void seen.push(event.message), { name: "callback" });
    monitor.registerNotifier(memoryNotifier());
    emit(2);
    await clock.advance(4_999);
    expect(seen).toEqual([]);
    expect(monitor.stats().store.uncommitted).toBe(2);
    await clock.advance(1);
    expect(seen).toEqual(["event 1", "event 2"]);
    expect(receiver("memory").delivered).toBe(2);
    expect(monitor.stats().store.failing).toBe(true);
    expect((await monitor.getComprehensiveStatus()).status).toBe("unhealthy");
    expect(problems.map(({ code }) => code)).toEqual(["store-failed"]);
    emit(1);
    await clock.advance(0);
    expect(receiver("memory").delivered).toBe(3);
    answers.commit = "soon";
  });

  it("is asked again, with what came meanwhile after it, and its late answer changes nothing", async () => {
    const { store, answers, asked, answerLate } = scriptedStore({ commit: "never" });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    const [first] = emit(1);
    await clock.advance(5_000);
    const [second] = emit(1);
    answers.commit = "soon";
    await clock.advance(500);
    answerLate();
    await clock.advance(0);
    expect(asked.map(({ accepted }) => accepted.map(({ event }) => event.id))).toEqual([
      [first],
      [first, second],
    ]);
    expect(monitor.stats().store).toMatchObject({ failing: false, uncommitted: 0 });
    expect(await monitor.persisted()).toEqual({ committed: 2, memory_only: 0, timed_out: false });
  });
});

describe("a store that is opened", () => {
  it.each(["at once", "soon"] as const)("is opened once when it answers %s", async (open) => {
    const { store, calls } = scriptedStore({ open });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    await monitor.ready();
    emit(1);
    await clock.advance(0);
    await monitor.ready();
    expect(calls.open).toBe(1);
  });

  it.each(["throws", "rejects", "never"] as const)(
    "is opened again, before anything is written, when the first time it %s",
    async (open) => {
      const { store, calls, answers, groups } = scriptedStore({ open });
      const { clock, monitor, emit, receiver } = rig({ store });
      const ready = settling(monitor.ready());
      monitor.registerNotifier(memoryNotifier());
      emit(1);
      await clock.advance(5_000);
      expect(receiver("memory").delivered).toBe(1);
      expect(monitor.stats().store.failing).toBe(true);
      expect(ready.settled).toBe(false);
      expect(groups).toHaveLength(0);
      answers.open = "soon";
      await clock.advance(30_000);
      expect(ready.settled).toBe(true);
      expect(calls.open).toBeGreaterThan(1);
      expect(monitor.stats().store).toMatchObject({ failing: false, uncommitted: 0 });
      expect(groups.length).toBeGreaterThan(0);
    },
  );

  it("lets nobody wait for one that no wait opens, and goes on delivering", async () => {
    const { store, answers } = scriptedStore();
    const wrong = new ConfigError("url", "sqlStore(): `url` needs the package `pg`.");
    const misfit = {
      ...store,
      open: () => {
        if (answers.open !== "soon") throw wrong;
      },
    };
    const { clock, monitor, emit, receiver } = rig({ store: misfit });
    monitor.registerNotifier(memoryNotifier());
    await expect(monitor.ready()).rejects.toBe(wrong);
    await expect(monitor.ready()).rejects.toBe(wrong);
    emit(1);
    await clock.advance(0);
    expect(receiver("memory").delivered).toBe(1);
    answers.open = "soon";
    await clock.advance(30_000);
    await monitor.ready();
  });

  it("is waited for as long as for one answer, the opening included, before it is asked anything", async () => {
    const { store } = scriptedStore({ durable: false, commit: "never" });
    let answer = (): void => {};
    const open = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    const mute = { ...store, open, deliveries: () => new Promise<never>(() => {}) };
    const { clock, monitor, emit } = rig({ store: mute });
    emit(1);
    const asking = settling(monitor.getDeliveries());
    await clock.advance(4_000);
    answer();
    await clock.advance(6_000);
    expect(asking.settled).toBe(true);
  });

  it("lets nobody wait for it once the monitor is closed", async () => {
    const { clock, monitor } = bare(scriptedStore({ open: "rejects" }).store);
    const ready = expect(monitor.ready()).rejects.toThrow(/closed before its store/);
    const closing = monitor.close();
    await clock.advance(1_000);
    await closing;
    await ready;
  });
});

describe("groups", () => {
  it("gather while a write is under way: whole ones are written, not one a turn", async () => {
    const { store, asked, answers } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    for (let i = 0; i < 300; i += 1) {
      emit(1);
      await Promise.resolve();
      await Promise.resolve();
    }
    await clock.advance(0);
    expect(monitor.stats().store.uncommitted).toBe(600);
    asked.length = 0;
    answers.commit = "soon";
    await clock.advance(60_000);
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(Math.max(...asked.map(({ accepted }) => accepted.length))).toBeLessThanOrEqual(256);
    const known = new Set<string>();
    for (const { accepted, outcomes } of asked) {
      for (const { event } of accepted) known.add(event.id);
      for (const { event_id } of outcomes) expect(known.has(event_id)).toBe(true);
    }
    expect(known.size).toBe(300);
  });
});

describe("what came of a group", () => {
  it("is written with the next one, where that comes in the same pass of the event loop", async () => {
    const { store, asked } = scriptedStore({ commit: "soon" });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    for (let group = 0; group < 3; group += 1) {
      emit(2);
      await monitor.persisted();
    }
    await clock.advance(0);
    expect(asked.map((group) => [group.accepted.length, group.outcomes.length])).toEqual([
      [2, 0],
      [2, 2],
      [2, 2],
      [0, 2],
    ]);
  });
});

describe("persisted", () => {
  it("waits for what has not been matched yet and for the group that is being written", async () => {
    const { store, answers, answerLate } = scriptedStore({ commit: "never" });
    const { clock, monitor, emit } = rig({ store });
    emit(3);
    const report = monitor.persisted();
    const seen = settling(report);
    await clock.advance(100);
    expect(seen.settled).toBe(false);
    answers.commit = "soon";
    answerLate();
    await clock.advance(0);
    expect(await report).toEqual({ committed: 3, memory_only: 0, timed_out: false });
  });

  it("says that it timed out, and what only this process remembers, when the store does not take it", async () => {
    const { store, answers } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit } = rig({ store });
    emit(3);
    const report = monitor.persisted({ deadlineMs: 200 });
    await clock.advance(200);
    expect(await report).toEqual({ committed: 0, memory_only: 3, timed_out: true });
    answers.commit = "soon";
  });

  it("waits through the tries that fail", async () => {
    const { store, answers } = scriptedStore({ commit: "rejects" });
    const { clock, monitor, emit } = rig({ store });
    emit(3);
    const report = monitor.persisted();
    await clock.advance(100);
    answers.commit = "soon";
    await clock.advance(500);
    expect(await report).toMatchObject({ committed: 3, timed_out: false });
  });

  it("waits for what came of events before, and not for what will come of these", async () => {
    const { store, answers, asked, answerLate } = scriptedStore({ commit: "soon" });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    emit(3);
    await monitor.persisted();
    answers.commit = "never";
    const later = settling(monitor.persisted());
    await clock.advance(0);
    expect(asked.map((group) => [group.accepted.length, group.outcomes.length])).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(later.settled).toBe(false);
    answers.commit = "soon";
    answerLate();
    await clock.advance(0);
    expect(later.settled).toBe(true);
  });
});
