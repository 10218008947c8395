import { describe, expect, it } from "vitest";
import type { Notifier, SendContext } from "../src/notifier.ts";
import { rig } from "./support/rig.ts";

const timeoutMs = 2_000;

/** Sends that are never answered, and what they were told. */
const deaf = (onSend: (context: SendContext, nth: number) => void) => {
  let sends = 0;
  const send: Notifier["send"] = (_batch, context) => {
    sends += 1;
    onSend(context, sends);
    return new Promise(() => {});
  };
  return { contract: 1, id: "deaf", send } as const;
};

describe("an attempt that is given up", () => {
  it("calls back who waits for its abort, once, at its deadline", async () => {
    const { clock, monitor, emit } = rig();
    const told: string[] = [];
    monitor.registerNotifier(
      deaf((context, nth) => {
        context.onAbort?.(() => told.push(`first of ${nth}`));
        context.onAbort?.(() => told.push(`second of ${nth}`));
      }),
      { timeoutMs },
    );
    emit(1);
    await clock.advance(timeoutMs - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect([...told].sort()).toEqual(["first of 1", "second of 1"]);
    await clock.advance(250);
    expect(told).toHaveLength(2);
  });

  it("calls back at once who asks after its abort, and never who has stopped listening", async () => {
    const { clock, monitor, emit } = rig();
    const told: string[] = [];
    let latest: SendContext | undefined;
    monitor.registerNotifier(
      deaf((context) => {
        latest = context;
        context.onAbort?.(() => told.push("stopped"))();
      }),
      { timeoutMs },
    );
    emit(1);
    await clock.advance(timeoutMs);
    expect(told).toEqual([]);
    latest?.onAbort?.(() => told.push("late"));
    expect([told, latest?.signal.aborted]).toEqual([["late"], true]);
  });

  it("ends although a listener of its abort throws, and the other listeners are called", async () => {
    const { clock, monitor, emit, receiver } = rig();
    let told = 0;
    monitor.registerNotifier(
      deaf((context) => {
        for (let n = 0; n < 2; n += 1) {
          context.onAbort?.(() => {
            told += 1;
            throw new Error("no");
          });
        }
      }),
      { timeoutMs },
    );
    emit(1);
    await clock.advance(timeoutMs + 250);
    expect([told, receiver("deaf").attempts.ambiguous]).toEqual([2, 1]);
  });

  it("is aborted at its own deadline among others that began earlier, and have ended or not", async () => {
    const { clock, monitor, emit } = rig();
    const began = clock.monotonic();
    const aborted: [number, number][] = [];
    const answers: (() => void)[] = [];
    const send: Notifier["send"] = (_batch, { signal }) =>
      new Promise((resolve, reject) => {
        const nth = answers.push(resolve);
        signal.addEventListener("abort", () => {
          aborted.push([nth, clock.monotonic() - began]);
          reject(signal.reason);
        });
      });
    monitor.registerNotifier(
      { contract: 1, id: "slow", send },
      { timeoutMs, concurrency: 3, breaker: false },
    );
    for (let n = 0; n < 3; n += 1) {
      emit(1);
      await clock.advance(500);
    }
    answers[0]?.();
    await clock.advance(timeoutMs);
    expect(aborted).toEqual([
      [2, 500 + timeoutMs],
      [3, 1_000 + timeoutMs],
    ]);
  });
});
