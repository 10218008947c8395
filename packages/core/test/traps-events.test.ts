import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { rig } from "./support/rig.ts";

const circular: Record<string, unknown> = { name: "loop" };
circular.self = circular;

const fail = (): never => {
  throw new Error("not today");
};

/** What a service may put into `details` without a thought of JSON. */
const awkward: readonly (readonly [string, unknown])[] = [
  ["a BigInt", { rows: 9_007_199_254_740_993n }],
  ["a circular reference", circular],
  ["a toJSON that throws", { when: { toJSON: fail } }],
  [
    "a getter that throws",
    {
      get rows(): number {
        return fail();
      },
    },
  ],
  ["half a surrogate pair", { name: "torn \ud83d here", "\udc00": 1 }],
  ["a Map and a Set", { seen: new Map([["a", new Set([1])]]) }],
  ["an Error with a cause", new Error("outer", { cause: new Error("inner") })],
  ["a symbol, a function and no value", { a: Symbol("s"), b: fail, c: undefined }],
  ["a number that JSON does not know", { rate: Number.NaN, left: Number.POSITIVE_INFINITY }],
];

describe("an event that no JSON can hold", () => {
  it.each(awkward)("is delivered all the same: %s (trap 48)", async (_, details) => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    const input = { event_type: "sync_success", message: "torn \ud83d too", details } as const;
    expect(monitor.emitEvent(input as Parameters<typeof monitor.emitEvent>[0]).ok).toBe(true);
    await clock.advance(0);
    const wire = JSON.stringify(notifier.events[0]);
    expect(JSON.parse(wire)).toEqual(notifier.events[0]);
    expect(wire.isWellFormed()).toBe(true);
    expect(wire).not.toMatch(/\\ud[89a-f]/i);
  });
});

describe("an event that its owner goes on changing", () => {
  it("is what it was when it was emitted, at a second attempt too (trap 50)", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    notifier.fail(new DeliveryError("unavailable", "not now"));
    const details = { tables: ["coin_data"], run: { step: 1 } };
    const input = { event_type: "sync_success", message: "before", details };
    monitor.emitEvent(input);
    await clock.advance(0);
    details.tables.push("another");
    details.run.step = 2;
    input.message = "after";
    await clock.advance(60_000);
    expect(notifier.attempts).toHaveLength(2);
    for (const { batch } of notifier.attempts) {
      expect(batch[0]).toMatchObject({
        message: "before",
        details: { tables: ["coin_data"], run: { step: 1 } },
      });
    }
  });

  it("cannot be changed by one receiver for the next (trap 50)", async () => {
    const { clock, monitor, emit } = rig();
    const vandal = (event: object): void => {
      Object.assign(event, { message: "mine" });
    };
    monitor.registerCallback(vandal, { name: "vandal" });
    const notifier = memoryNotifier();
    monitor.registerNotifier(notifier);
    emit(1, { details: { tables: ["coin_data"] } });
    await clock.advance(0);
    expect(notifier.events).toMatchObject([{ message: "event 1" }]);
  });
});
