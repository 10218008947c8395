import { fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { rig } from "./support/rig.ts";
import "./support/no-unhandled-rejection.ts";

describe("a destination that asks to wait for no time at all", () => {
  it("is asked ever less often", async () => {
    const { clock, monitor, emit } = rig();
    let sends = 0;
    const send = async () => {
      sends += 1;
      throw new DeliveryError("rate-limited", "now", { retryAfterMs: 0 });
    };
    monitor.registerNotifier({ contract: 1, id: "eager", send });
    emit(1);
    await clock.advance(60_000);
    expect(sends).toBeGreaterThan(3);
    expect(sends).toBeLessThan(25);
  });
});

describe("a long outage under selfReport", () => {
  it("is told once, however many probes fail", async () => {
    const { clock, monitor, emit } = rig({ selfReport: true });
    const broken = memoryNotifier({ id: "broken" });
    const well = memoryNotifier({ id: "well" });
    broken.fail(new DeliveryError("unavailable", "down"), 10_000);
    monitor.registerNotifier(broken);
    monitor.registerNotifier(well, { types: ["service_status"] });
    emit(6);
    await clock.advance(1_800_000);
    expect(well.events).toHaveLength(1);
  });
});

describe("bounds", () => {
  it("an event that can never fit pushes nothing out", async () => {
    const { clock, monitor, receiver } = rig();
    const notifier = memoryNotifier();
    notifier.hold();
    monitor.registerNotifier(notifier, { queue: { maxBytes: 10_000 } });
    for (let n = 0; n < 6; n += 1) monitor.emitEvent({ event_type: "sync_failure", message: "x" });
    await clock.advance(0);
    monitor.emitEvent({
      event_type: "sync_failure",
      level: "critical",
      message: "x".repeat(6_000),
    });
    await clock.advance(0);
    expect(receiver("memory").dropped).toEqual({ overflow: 1 });
    expect(receiver("memory").pending).toBe(6);
  });

  it("replays more dead deliveries than the queue holds, and all of them arrive", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("payload", "refused"), 5);
    monitor.registerNotifier(notifier, { queue: { maxEvents: 2 } });
    for (let n = 0; n < 5; n += 1) {
      emit(1);
      await clock.advance(1);
    }
    expect(await monitor.replay({})).toBe(5);
    await clock.advance(100);
    expect(receiver("memory")).toMatchObject({ delivered: 5, pending: 0, dead: { payload: 0 } });
  });

  it("events that fail for unknown reasons do not hold a healthy one back", async () => {
    const { clock, monitor, emit } = rig();
    const delivered: string[] = [];
    monitor.registerNotifier({
      contract: 1,
      id: "odd",
      send: ([event]) => {
        if (event.event_type === "sync_failure") throw new TypeError("no");
        delivered.push(event.event_type);
      },
    });
    emit(40, { event_type: "sync_failure" });
    emit(1);
    await clock.advance(100);
    expect(delivered).toEqual(["sync_success"]);
  });
});

describe("a send that does not return", () => {
  const clockThatCanBeHeld = () => {
    const inner = fakeClock();
    let heldMs = 0;
    const hold = (ms: number): void => {
      heldMs += ms;
    };
    return { clock: { ...inner, monotonic: () => inner.monotonic() + heldMs }, hold };
  };

  it("is told of by its receiver's name when it held the event loop, and not when it was quick", async () => {
    const { clock, hold } = clockThatCanBeHeld();
    const { monitor, emit, problems } = rig({ clock });
    monitor.registerCallback(() => hold(2_000), { name: "busy" });
    monitor.registerNotifier({ contract: 1, id: "quick", send: () => hold(199) });
    emit(1);
    await clock.advance(0);
    expect(problems.map(({ code, receiver }) => [code, receiver])).toEqual([
      ["loop-blocked", "busy"],
    ]);
    expect(problems[0]?.message).toContain("for 2000 ms");
  });
});
