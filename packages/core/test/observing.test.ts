import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import type { Notifier } from "../src/notifier.ts";
import { rig } from "./support/rig.ts";

describe("observing", () => {
  it("tells of taken, attempt and settled, in that order, and survives an observer that throws", async () => {
    const { clock, monitor, emit, signals, problems } = rig();
    monitor.observe(() => {
      throw new Error("no");
    });
    monitor.registerNotifier(memoryNotifier());
    emit(1);
    await clock.advance(0);
    const kinds = signals.map(({ kind }) => kind).filter((kind) => kind !== "problem");
    expect(kinds).toEqual(["taken", "attempt", "settled"]);
    expect(problems.every(({ code }) => code === "observer-threw")).toBe(true);
  });

  it("stops when it is told to", async () => {
    const { clock, monitor, emit } = rig();
    const seen: string[] = [];
    const registration = monitor.observe(({ kind }) => seen.push(kind));
    await registration.unregister();
    emit(1);
    await clock.advance(0);
    expect(seen).toEqual([]);
  });
});

describe("selfReport", () => {
  it("tells every other receiver when a breaker opens and when it closes", async () => {
    const { clock, monitor, emit } = rig({ selfReport: true });
    const broken = memoryNotifier({ id: "broken", maxBatchSize: 10 });
    const well = memoryNotifier({ id: "well" });
    broken.fail(new DeliveryError("config", "wrong secret"), 1);
    monitor.registerNotifier(broken);
    monitor.registerNotifier(well, { types: ["service_status"] });
    emit(1);
    await clock.advance(5_000);
    expect(
      well.events.map(({ level, details }) => [level, details.breaker, details.receiver]),
    ).toEqual([
      ["error", "open", "broken"],
      ["info", "closed", "broken"],
    ]);
    expect(broken.events.map(({ event_type }) => event_type)).toEqual(["sync_success"]);
  });

  it("tells of the next outage of a name that was unregistered during the last", async () => {
    const { clock, monitor, emit } = rig({ selfReport: true });
    const well = memoryNotifier({ id: "well" });
    monitor.registerNotifier(well, { types: ["service_status"] });
    for (const outage of [1, 2]) {
      const broken = memoryNotifier({ id: "broken" });
      broken.fail(new DeliveryError("config", "wrong secret"), 10);
      const registration = monitor.registerNotifier(broken);
      emit(1);
      await clock.advance(0);
      expect(well.events.map(({ details }) => details.breaker)).toEqual(Array(outage).fill("open"));
      const leaving = registration.unregister({ deadlineMs: 0 });
      await clock.advance(1_000);
      await leaving;
    }
  });

  it("tells of each outage of a destination that two receivers share, whoever finds it well again", async () => {
    const { clock, monitor } = rig({ selfReport: true });
    let isDown = true;
    const sharing = (id: string): Notifier => ({
      contract: 1,
      id,
      destinationKey: "one",
      send: () => {
        if (isDown) throw new DeliveryError("config", "wrong secret");
      },
    });
    const well = memoryNotifier({ id: "well" });
    monitor.registerNotifier(well, { types: ["service_status"] });
    monitor.registerNotifier(sharing("first"), { types: ["a"], retry: { maxAgeMs: 100 } });
    monitor.registerNotifier(sharing("second"), { types: ["b"] });
    for (const down of [true, false, true, false]) {
      isDown = down;
      monitor.emitEvent({ event_type: down ? "a" : "b", message: "go" });
      await clock.advance(60_000);
    }
    expect(well.events.map(({ details }) => details.breaker)).toEqual([
      "open",
      "closed",
      "open",
      "closed",
    ]);
  });
});
