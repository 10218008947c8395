import { setImmediate as turn } from "node:timers/promises";
import { checkBooks, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { createMonitor } from "../src/monitor.ts";

import { rig } from "./support/rig.ts";

describe("events that wait for company (`batch.maxWaitMs`)", () => {
  const patient = { batch: { maxWaitMs: 600_000 } };

  it("leave at once by flush(), and those emitted after it wait again", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 10 });
    monitor.registerNotifier(notifier, patient);
    emit(2);
    await clock.advance(1_000);
    expect(notifier.batches).toEqual([]);
    emit(1);
    const flushing = monitor.flush();
    emit(1);
    await clock.advance(0);
    expect(await flushing).toMatchObject({ delivered: 4, pending: 0, timed_out: false });
    expect(notifier.batches.map(({ length }) => length)).toEqual([4]);
    emit(1);
    await clock.advance(599_999);
    expect(notifier.batches).toHaveLength(1);
    await clock.advance(1);
    expect(notifier.batches).toHaveLength(2);
  });

  it.each(["close()", "unregister()"])("are delivered by %s, and not dropped", async (how) => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 10 });
    const registration = monitor.registerNotifier(notifier, patient);
    emit(3);
    await clock.advance(1_000);
    const ending = how === "close()" ? monitor.close() : registration.unregister();
    await clock.advance(500);
    expect(await ending).toMatchObject({ delivered: 3, dropped: 0, pending: 0 });
    expect(notifier.batches.map(({ length }) => length)).toEqual([3]);
  });

  it("are dropped by who does not want to drain", async () => {
    const { clock, monitor, emit } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 10 });
    const registration = monitor.registerNotifier(notifier, patient);
    emit(3);
    await clock.advance(1_000);
    const leaving = registration.unregister({ drain: false });
    await clock.advance(500);
    expect(await leaving).toMatchObject({ delivered: 0, dropped: 3 });
  });
});

describe("turns", () => {
  it("runs no receiver, predicate or observer inside emitEvent", async () => {
    const { clock, monitor, emit } = rig();
    const ran: string[] = [];
    monitor.registerCallback(() => void ran.push("callback"), {
      name: "a",
      where: () => Boolean(ran.push("where")),
    });
    monitor.observe(() => ran.push("observer"));
    emit(1);
    expect(ran).toEqual([]);
    await clock.advance(0);
    expect(ran).toContain("callback");
    expect(ran).toContain("where");
  });

  it("lets others have their turn though a callback emits at every event", async () => {
    const monitor = createMonitor({ onProblem: () => {} });
    let calls = 0;
    monitor.registerCallback(
      () => {
        calls += 1;
        if (calls < 100_000) monitor.emitEvent({ event_type: "health_check", message: "again" });
      },
      { name: "self" },
    );
    monitor.emitEvent({ event_type: "health_check", message: "first" });
    await turn();
    await turn();
    await turn();
    expect(calls).toBeGreaterThan(1);
    expect(calls).toBeLessThan(1_000);
    await monitor.close({ deadlineMs: 0 });
    checkBooks(monitor.stats());
  });

  it("refuses larger events than one turn may take, and names the limit that they met", async () => {
    const { monitor } = rig({ limits: { turnBytes: 1_000 } });
    const large = { event_type: "sync_start", message: "x".repeat(1_000) } as const;
    monitor.emitEvent(large);
    expect(monitor.emitEvent(large)).toMatchObject({
      reason: "overflow",
      problem: expect.stringContaining("turnBytes"),
    });
  });

  it("refuses more events than one turn may take, and says what to do", async () => {
    const { clock, monitor, receiver } = rig({ limits: { turnEvents: 3 } });
    monitor.registerNotifier(memoryNotifier());
    const results = Array.from({ length: 5 }, () =>
      monitor.emitEvent({ event_type: "sync_start", message: "go" }),
    );
    expect(results.map((result) => result.ok)).toEqual([true, true, true, false, false]);
    expect(results[4]).toMatchObject({
      reason: "overflow",
      problem: expect.stringContaining("limits.turnEvents"),
    });
    await clock.advance(0);
    expect(receiver("memory").delivered).toBe(3);
    expect(monitor.stats().refused.overflow).toBe(2);
  });
});

describe("a full queue", () => {
  const cases = [
    { overflow: "drop-lowest-level", kept: ["error 2", "critical 3", "warning 5"] },
    { overflow: "drop-oldest", kept: ["critical 3", "info 4", "warning 5"] },
    { overflow: "drop-newest", kept: ["info 1", "error 2", "critical 3"] },
  ] as const;
  it.each(cases)("with $overflow keeps $kept and counts the rest", async ({ overflow, kept }) => {
    const { clock, monitor, receiver } = rig();
    const notifier = memoryNotifier({ maxBatchSize: 10 });
    notifier.fail(new DeliveryError("rate-limited", "wait", { retryAfterMs: 1_000 }));
    monitor.registerNotifier(notifier, { queue: { maxEvents: 4, overflow } });
    monitor.emitEvent({ event_type: "health_check", message: "in flight" });
    await clock.advance(0);
    for (const [index, level] of (
      ["info", "error", "critical", "info", "warning"] as const
    ).entries()) {
      monitor.emitEvent({ event_type: "health_check", level, message: `${level} ${index + 1}` });
    }
    await clock.advance(2_000);
    expect(notifier.events.map(({ message }) => message)).toEqual(["in flight", ...kept]);
    expect(receiver("memory").dropped).toEqual({ overflow: 2 });
  });
});

it("tries events for the first time in their order, and later ones overtake what waits for its retry", async () => {
  const { clock, monitor, emit } = rig();
  const notifier = memoryNotifier();
  notifier.fail(new DeliveryError("unavailable", "away"), 1);
  monitor.registerNotifier(notifier);
  emit(3);
  await clock.advance(10_000);
  const texts = (events: readonly { readonly message: string }[]) => events.map((e) => e.message);
  const firsts = notifier.attempts.filter(({ context }) => context.attempt === 1);
  expect(texts(firsts.map(({ batch: [event] }) => event))).toEqual([
    "event 1",
    "event 2",
    "event 3",
  ]);
  expect(texts(notifier.events)).toEqual(["event 2", "event 3", "event 1"]);
});
