import { memoryNotifier, sampleEvent } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { createMonitor } from "../src/monitor.ts";
import type { EventStore } from "../src/store/store.ts";
import { durableStore } from "./support/durable-store.ts";
import { rig } from "./support/rig.ts";
import { scriptedStore } from "./support/scripted-store.ts";

describe("flush() beside what another process left", () => {
  it("waits for its own event, though one of the other's came back from the store instead", async () => {
    const { clock, store } = durableStore();
    const other = createMonitor({ clock, store, random: () => 0.25 });
    const gone = memoryNotifier();
    gone.hold();
    other.registerNotifier(gone);
    for (let left = 20; left > 0; left -= 1)
      other.emitEvent({ event_type: "sync_success", message: "done" });
    await clock.advance(0);
    const closing = other.close({ deadlineMs: 0 });
    await clock.advance(1_000);
    await closing;
    const { monitor, emit } = rig({ clock, store });
    const pager = memoryNotifier();
    const open = pager.hold();
    monitor.registerNotifier(pager, { queue: { maxEvents: 4 } });
    await clock.advance(0);
    const [own] = emit(1);
    const flushed = monitor.flush({ deadlineMs: 60_000 }).then((report) => {
      expect(pager.events.map(({ id }) => id)).toContain(own);
      return report;
    });
    await clock.advance(0);
    emit(1, { level: "critical" });
    await clock.advance(0);
    open();
    await clock.advance(60_000);
    expect(await flushed).toMatchObject({ pending: 0, timed_out: false });
  });
});

describe("a store that answers what its contract does not know", () => {
  it("ends nobody's process, and hands out what can be read", async () => {
    const unhandled: unknown[] = [];
    const note = (cause: unknown) => unhandled.push(cause);
    process.on("unhandledRejection", note);
    const { store } = scriptedStore();
    const row = { receiver: "memory", fence: 2, batch_id: null, attempts: 0, taken_at: Date.now() };
    const rows: object[] = [
      { ...row, event_id: "a" },
      { ...row, event_id: "b", event: { ...sampleEvent(), id: "b", level: "fatal" } },
      { ...row, event_id: "c", event: { ...sampleEvent(), id: "c" } },
    ];
    const { monitor, clock, emit } = rig({
      store: { ...store, claim: () => rows.splice(0) as never, commit: async () => ({}) as never },
    });
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    const [id] = emit(1);
    await clock.advance(100);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
    expect(notifier.events.map((event) => event.id).sort()).toEqual([id, "c"].sort());
  });
});

describe("a store that fails while the wall clock jumps", () => {
  it("keeps no event that it has not got from being delivered", async () => {
    const { store } = scriptedStore({ open: "never" });
    const { monitor, clock, emit, receiver } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    emit(3);
    await clock.advance(0);
    clock.step(60_000);
    await clock.advance(10_000);
    expect(receiver("memory")).toMatchObject({ delivered: 3, pending: 0 });
  });
});

describe("a receiver that is unregistered before the store has got its events", () => {
  const leave = async (open: "at once" | "rejects", commit: "never" | "at once") => {
    const scripted = scriptedStore({ open, commit });
    const made = rig({ store: scripted.store });
    const notifier = memoryNotifier();
    notifier.hold();
    const registration = made.monitor.registerNotifier(notifier);
    made.emit(3);
    const leaving = registration.unregister({ deadlineMs: 0 });
    await made.clock.advance(1_000);
    expect(await leaving).toMatchObject({ pending: 3, timed_out: true });
    return { ...made, ...scripted };
  };

  it.each([
    ["cannot be opened", "rejects", "at once"],
    ["does not answer", "at once", "never"],
  ] as const)(
    "is told of until close() when the store %s, and then they are dropped",
    async (_, open, commit) => {
      const { monitor, clock, receiver, signals } = await leave(open, commit);
      expect(receiver("memory").pending).toBe(3);
      const closing = monitor.close({ deadlineMs: 0 });
      await clock.advance(1_000);
      expect(await closing).toMatchObject({ dropped: 3, pending: 0 });
      expect(signals.filter(({ kind }) => kind === "settled")).toMatchObject(
        [1, 2, 3].map(() => ({ fate: "dropped", reason: "unregistered" })),
      );
    },
  );

  it("is struck off when the store gets them, and keeps nobody waiting meanwhile", async () => {
    const { monitor, clock, answers, store } = await leave("rejects", "at once");
    expect(await monitor.flush()).toMatchObject({ pending: 0, timed_out: false });
    answers.open = "at once";
    await clock.advance(60_000);
    expect(monitor.stats().receivers).toEqual([]);
    expect(await store.backlog()).toMatchObject([{ receiver: "memory", pending: 3 }]);
  });
});

describe("a process that was stopped while the store took its events", () => {
  it("sends none of those that another has delivered meanwhile", async () => {
    const { clock, store } = durableStore();
    let hears = false;
    const commit: EventStore["commit"] = async (group) => {
      const said = await store.commit(group);
      return hears ? said : new Promise(() => {});
    };
    const stopped = rig({ clock, store: { ...store, commit } });
    const notifier = memoryNotifier();
    stopped.monitor.registerNotifier(notifier);
    stopped.emit(1);
    await clock.advance(0);
    clock.step(20_000);
    const other = rig({ clock, store });
    other.monitor.registerNotifier(memoryNotifier());
    await clock.advance(1_000);
    expect(other.receiver("memory").delivered).toBe(1);
    hears = true;
    await clock.advance(30_000);
    expect(notifier.events).toEqual([]);
    expect(stopped.receiver("memory")).toMatchObject({ moved: 1, pending: 0 });
  });
});
