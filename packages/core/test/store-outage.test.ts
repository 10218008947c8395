import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { type Rig, type RigOptions, rig } from "./support/rig.ts";
import { type ScriptedStore, scriptedStore } from "./support/scripted-store.ts";
import { settling } from "./support/settling.ts";

const minute = 60_000;

interface Outage extends Rig, ScriptedStore {
  /** More events than are kept for a store that fails, some at a time. */
  emitMany(count: number, input?: object): Promise<string[]>;
}

const outage = (options: RigOptions = {}): Outage => {
  const scripted = scriptedStore();
  const made = rig({ store: scripted.store, ...options });
  return {
    ...scripted,
    ...made,
    async emitMany(count, input) {
      const ids: string[] = [];
      for (let left = count; left > 0; left -= 500) {
        ids.push(...made.emit(Math.min(left, 500), input));
        await made.clock.advance(0);
      }
      return ids;
    },
  };
};

describe("while more waits for a store that fails than is kept for it", () => {
  it("persisted() says nothing before its events are written, though later ones never will be", async () => {
    const { answers, clock, monitor, emit, emitMany, answerLate } = outage();
    answers.commit = "never";
    emit(300);
    const report = monitor.persisted({ deadlineMs: 10 * minute });
    const seen = settling(report);
    await clock.advance(5_500); // it failed, and is asked again
    await emitMany(15_000);
    await clock.advance(6_000); // it failed again
    expect(seen.settled).toBe(false);
    answers.commit = "soon";
    answerLate();
    await clock.advance(minute);
    expect(seen.settled).toBe(true);
    expect((await report).timed_out).toBe(false);
  });

  it("persisted() waits until it is written what came of events before", async () => {
    const { answers, clock, monitor, emit, emitMany } = outage();
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", timeoutMs: 60 * minute });
    emit(5);
    await clock.advance(0);
    answers.commit = "throws";
    release();
    await clock.advance(0);
    const seen = settling(monitor.persisted({ deadlineMs: 10 * minute }));
    await emitMany(15_000);
    void monitor.persisted();
    await clock.advance(0);
    expect(seen.settled).toBe(false);
    answers.commit = "soon";
    await clock.advance(minute);
    expect(seen.settled).toBe(true);
  });

  it("what was delivered before is not delivered again when it answers", async () => {
    const { store, answers, clock, monitor, emit, emitMany, receiver } = outage();
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", timeoutMs: 60 * minute });
    emit(5);
    await clock.advance(0);
    expect(await monitor.persisted()).toMatchObject({ committed: 5 });
    answers.commit = "throws";
    release();
    await clock.advance(0);
    await emitMany(15_000);
    await clock.advance(5 * minute);
    answers.commit = "soon";
    await clock.advance(5 * minute);
    const ids = notifier.events.map(({ id }) => id);
    expect(ids.length).toBe(new Set(ids).size);
    expect(receiver("a").taken).toBe(15_005);
    expect(await store.backlog()).toEqual([]);
  });

  it("what was delivered while its own write is under way is not delivered again either", async () => {
    const { store, answers, clock, monitor, emit, emitMany } = outage();
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", timeoutMs: 60 * minute });
    answers.commit = "never";
    const early = new Set(emit(5));
    await clock.advance(5_500); // it failed, and is asked again
    release();
    await clock.advance(0);
    await emitMany(15_000);
    await clock.advance(5_500); // it failed again
    answers.commit = "soon";
    await clock.advance(5 * minute);
    expect(notifier.events.filter(({ id }) => early.has(id))).toHaveLength(5);
    expect(await store.backlog()).toEqual([]);
  });

  it("what it refuses for ever is let go of in the end, also when it was under way", async () => {
    const { store, clock, monitor, emit, emitMany } = outage();
    const notifier = memoryNotifier();
    const release = notifier.hold();
    monitor.registerNotifier(notifier, { name: "a", timeoutMs: 60 * minute });
    emit(5);
    await clock.advance(0);
    const refused = new Set(emit(1));
    const commit = store.commit.bind(store);
    store.commit = async (group) => {
      if (!group.accepted.some(({ event }) => refused.has(event.id))) return commit(group);
      await new Promise<void>((resolve) => void clock.setTimer(3_000, resolve));
      throw new Error("No row may be so long.");
    };
    await clock.advance(3_600); // it was refused, and is asked again
    release();
    await clock.advance(0);
    await emitMany(15_000);
    await clock.advance(5 * minute);
    await emitMany(15_000);
    await clock.advance(5 * minute);
    expect(monitor.stats().store.uncommitted).toBe(0);
    expect(await store.backlog()).toEqual([]);
  });

  it("nobody is told that another process may have sent what the store never got", async () => {
    const { answers, clock, monitor, emitMany, problems, receiver } = outage();
    const notifier = memoryNotifier({ maxBatchSize: 100 });
    const release = notifier.hold();
    const queue = { maxEvents: 20_000, maxBytes: 2 ** 26 };
    monitor.registerNotifier(notifier, { name: "a", queue, timeoutMs: 60 * minute });
    answers.commit = "throws";
    await emitMany(15_000);
    release();
    await clock.advance(0);
    answers.commit = "soon";
    await clock.advance(5 * minute);
    expect(receiver("a").delivered).toBe(15_000);
    expect(problems.map(({ code }) => code)).not.toContain("lease-lost");
  });

  it("large events are kept by their weight, not by their number", async () => {
    const { answers, clock, monitor, emitMany } = outage();
    answers.commit = "throws";
    await emitMany(3_000, { details: { text: "x".repeat(50_000) } });
    expect(monitor.stats().store.uncommitted).toBeLessThan(1_100);
    answers.commit = "soon";
    await clock.advance(5 * minute);
    expect(monitor.stats().store.uncommitted).toBe(0);
  });

  it("a human is told how many events it will never have", async () => {
    const { answers, clock, monitor, emitMany, problems } = outage();
    answers.commit = "throws";
    await emitMany(15_000);
    answers.commit = "soon";
    await clock.advance(5 * minute);
    const { committed, memory_only } = await monitor.persisted();
    expect(committed + memory_only).toBe(15_000);
    expect(memory_only).toBeGreaterThan(4_000);
    expect(problems.filter(({ code }) => code === "store-missed")).toEqual([
      expect.objectContaining({ message: expect.stringContaining(`${memory_only} events`) }),
    ]);
  });
});
