import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import type { Notifier } from "../src/notifier.ts";
import { rig } from "./support/rig.ts";

const timeoutMs = 2_000;

const misbehaviours: readonly (readonly [string, Notifier["send"]])[] = [
  [
    "throws before it returns a promise",
    () => {
      throw new TypeError("no");
    },
  ],
  ["never settles", () => new Promise(() => {})],
  ["rejects with undefined", () => Promise.reject(undefined)],
  ["resolves with what is no receipt", (() => "sent") as unknown as Notifier["send"]],
];

describe("a notifier that breaks its promises", () => {
  it.each(misbehaviours)("that %s keeps nobody else from delivering (trap 78)", async (_, send) => {
    const { clock, monitor, emit } = rig();
    const before = memoryNotifier({ id: "before" });
    const after = memoryNotifier({ id: "after" });
    monitor.registerNotifier(before);
    monitor.registerNotifier({ contract: 1, id: "odd", send }, { timeoutMs });
    monitor.registerNotifier(after);
    emit(3);
    await clock.advance(0);
    expect([before.events.length, after.events.length]).toEqual([3, 3]);
  });

  it("is told to stop at its deadline, and given up a quarter of a second later, though it hears nothing (trap 78)", async () => {
    const { clock, monitor, emit, receiver } = rig();
    const signals: AbortSignal[] = [];
    const send: Notifier["send"] = (_batch, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    monitor.registerNotifier({ contract: 1, id: "deaf", send }, { timeoutMs });
    emit(1);
    await clock.advance(timeoutMs - 1);
    expect([signals[0]?.aborted, receiver("deaf").in_flight]).toEqual([false, 1]);
    await clock.advance(1);
    expect([signals[0]?.aborted, receiver("deaf").attempts.ambiguous]).toEqual([true, 0]);
    await clock.advance(250);
    expect(receiver("deaf").attempts.ambiguous).toBe(1);
  });
});
