import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import type { EventStore } from "../src/store/store.ts";
import { durableStore } from "./support/durable-store.ts";
import { settling } from "./support/settling.ts";
import { leaveBehind, minute, processOn, prompt } from "./support/stored-backlog-kit.ts";

describe("closing while the store is asked what it holds open", () => {
  it("tells of no problem, and keeps from nobody what is handed out too late", async () => {
    const on = durableStore();
    await leaveBehind(on, 3);
    const problems: string[] = [];
    const claims: (() => void)[] = [];
    const claim: EventStore["claim"] = async (query) => {
      const rows = await on.store.claim(query);
      await new Promise<void>((resolve) => claims.push(resolve));
      return rows;
    };
    const { monitor } = processOn({ ...on, store: { ...on.store, claim } }, problems);
    monitor.registerNotifier(memoryNotifier(), { name: "a" });
    await on.clock.advance(0);
    const closing = monitor.close({ deadlineMs: 0 });
    await on.clock.advance(10);
    for (const answer of claims) answer();
    await on.clock.advance(2_000);
    await closing;
    expect(problems).toEqual([]);
    const next = processOn(on);
    const pager = memoryNotifier();
    next.monitor.registerNotifier(pager, { name: "a", retry: prompt.retry });
    await on.clock.advance(1_000);
    expect(pager.events).toHaveLength(3);
  });
});

describe("closing while the store does not say what it holds open", () => {
  it("tells of no problem", async () => {
    const on = durableStore();
    const problems: string[] = [];
    const claim = () => new Promise<never>(() => {});
    const { monitor } = processOn({ ...on, store: { ...on.store, claim } }, problems);
    monitor.registerNotifier(memoryNotifier(), { name: "a" });
    await on.clock.advance(0);
    const closing = monitor.close({ deadlineMs: 0 });
    await on.clock.advance(2_000);
    await closing;
    expect(problems).toEqual([]);
  });
});

describe("flush()", () => {
  it("resolves when the store knows what became of all events", async () => {
    const on = durableStore();
    const commit: EventStore["commit"] = async (group) => {
      const answer = await on.store.commit(group);
      await new Promise<void>((resolve) => {
        on.clock.setTimer(1_000, resolve);
      });
      return answer;
    };
    const { monitor, emit } = processOn({ ...on, store: { ...on.store, commit } });
    monitor.registerNotifier(memoryNotifier(), { name: "a" });
    emit(3, "own");
    const flushed = monitor.flush({ deadlineMs: minute });
    const seen = settling(flushed);
    await on.clock.advance(1_500);
    expect(monitor.stats().receivers[0]).toMatchObject({ delivered: 3 });
    expect(seen.settled).toBe(false);
    await on.clock.advance(1_000);
    expect(await flushed).toMatchObject({ delivered: 3, pending: 0, timed_out: false });
    expect(await on.store.backlog()).toEqual([]);
  });

  it("does not wait for a store that fails", async () => {
    const on = durableStore();
    let fails = false;
    const commit: EventStore["commit"] = async (group) => {
      if (fails) throw new Error("The disk is full.");
      return on.store.commit(group);
    };
    const { monitor, emit } = processOn({ ...on, store: { ...on.store, commit } });
    monitor.registerNotifier(memoryNotifier(), { name: "a" });
    fails = true;
    emit(3, "own");
    const seen = settling(monitor.flush({ deadlineMs: minute }));
    await on.clock.advance(10);
    expect(seen.settled).toBe(true);
    fails = false;
    await on.clock.advance(minute);
  });
});
