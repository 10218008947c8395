import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../src/errors.ts";
import { memoryStore } from "../src/store/memory.ts";
import type { Outcome } from "../src/store/store.ts";
import {
  all,
  allDeliveries,
  allIds,
  range,
  startedAt,
  stored,
  take,
} from "./support/memory-store-kit.ts";
import { commit, delivered, eventAt, idOf } from "./support/store-kit.ts";

describe("what has settled in a memoryStore", () => {
  it("lets go of a settled event whose receiver was named twice", () => {
    const { store } = stored({ maxEvents: 1 });
    const accepted = [{ event: eventAt(1, startedAt), receivers: ["a", "a"] }];
    commit({ store }, startedAt, accepted, [delivered(1, "a", startedAt)]);
    take({ store }, 2);
    expect(allIds(store)).toEqual([idOf(2)]);
  });

  it.each([31, 32, 33, 63, 64, 65, 100])(
    "tells the deliveries of an event that goes to %i receivers apart",
    (count) => {
      const { store } = stored({});
      const receivers = range(100, 100 + count).map((n) => `r${n}`);
      const accepted = [{ event: eventAt(1, startedAt), receivers }];
      commit({ store }, startedAt, accepted);
      const open = new Set(receivers);
      // From the last to the first and back, so that each is settled beside neighbours that are open and that are not.
      for (const receiver of [...receivers].reverse().filter((_, index) => index % 3 !== 1)) {
        commit({ store }, startedAt, [], [delivered(1, receiver, startedAt)]);
        open.delete(receiver);
        expect(
          store
            .backlog()
            .map((one) => one.receiver)
            .sort(),
        ).toEqual([...open]);
      }
      commit(
        { store },
        startedAt,
        accepted,
        receivers.map((to) => delivered(1, to, startedAt)),
      );
      expect(store.backlog()).toEqual([]);
      expect(allDeliveries(store).map(({ receiver }) => receiver)).toEqual(receivers);
    },
  );

  it("answers settled events as they came, however alike or unlike they are built", () => {
    const value = fc.json({ maxDepth: 3 }).map((text): JsonValue => JSON.parse(text));
    const payload = fc.record({
      event_type: fc.constantFrom("sync_success", "sync_failure"),
      service: fc.constantFrom("one", "two"),
      details: fc.oneof(
        fc.record({ tables: fc.array(fc.string(), { maxLength: 3 }), took: fc.integer() }),
        value.map((inner) => JSON.parse(`{"inner":${JSON.stringify(inner)},"__proto__":1}`)),
        fc.record({ took: fc.oneof(fc.integer(), fc.string(), fc.constant(null)) }),
        fc.constant({ text: "x".repeat(5_000) }),
      ),
      metrics: fc.dictionary(fc.constantFrom("a", "b", "7"), fc.double({ noNaN: true })),
    });
    fc.assert(
      fc.property(fc.array(payload, { minLength: 1, maxLength: 200, size: "max" }), (payloads) => {
        const { store } = stored({ maxEvents: 150 });
        const events = payloads.map((one, n) => eventAt(n + 1, startedAt + n, one));
        for (const [n, event] of events.entries())
          commit({ store }, startedAt, [{ event, receivers: n % 5 === 0 ? [] : ["a"] }]);
        commit(
          { store },
          startedAt,
          [],
          events.flatMap((_, n) => (n % 7 === 1 ? [] : [delivered(n + 1, "a", startedAt)])),
        );
        const found = all((cursor) => store.events({ cursor, limit: 50 }));
        const kept = events.slice(-150);
        expect(found.filter(({ id }) => id >= idOf(events.length - kept.length + 1))).toEqual(
          kept.reverse(),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("knows who had an event long after it has settled, and that it weighs what it did", () => {
    const { store } = stored({ maxBytes: 100_000 });
    const settle = (n: number) => take({ store }, n, [delivered(n, "a", startedAt)]);
    for (const n of range(1, 40)) settle(n);
    for (const n of range(1, 40)) take({ store }, n);
    expect(store.backlog()).toEqual([]);
    for (const n of range(40, 400)) settle(n);
    const { length } = allIds(store);
    expect(length).toBeGreaterThan(100);
    expect(length).toBeLessThan(200);
    for (const n of range(400, 800)) settle(n);
    expect(allIds(store).length).toBe(length);
  });

  it("lets an event that has settled be taken for one more receiver, once", () => {
    const { store } = stored({});
    for (const n of range(1, 30)) take({ store }, n, [delivered(n, "a", startedAt)]);
    const accepted = [{ event: eventAt(20, startedAt), receivers: ["a", "b"] }];
    commit({ store }, startedAt, accepted);
    expect(store.backlog().map(({ receiver, pending }) => ({ receiver, pending }))).toEqual([
      { receiver: "b", pending: 1 },
    ]);
    commit({ store }, startedAt, [], [delivered(20, "b", startedAt)]);
    commit({ store }, startedAt, accepted);
    expect(store.backlog()).toEqual([]);
  });

  it("tells deliveries apart that ended alike: when, and in which batch", () => {
    const store = memoryStore();
    const accepted = [1, 2, 3].map((n) => ({ event: eventAt(n, startedAt), receivers: ["a"] }));
    const by = (n: number, settledAt: number, batch_id: string): Outcome => ({
      ...delivered(n, "a", settledAt),
      batch_id,
    });
    const outcomes = [
      by(1, startedAt + 1, idOf(1)),
      by(2, startedAt + 2, idOf(2)),
      by(3, startedAt + 2, idOf(3)),
    ];
    commit({ store }, startedAt, accepted, outcomes);
    const told = allDeliveries(store).map(({ settled_at, batch_id }) => [settled_at, batch_id]);
    expect(told).toEqual([
      [new Date(startedAt + 2).toISOString(), idOf(3)],
      [new Date(startedAt + 2).toISOString(), idOf(2)],
      [new Date(startedAt + 1).toISOString(), idOf(1)],
    ]);
  });

  it("is not confused when the caller changes its list of receivers afterwards", () => {
    const { store } = stored({});
    const receivers = ["a", "b"];
    const accepted = [{ event: eventAt(1, startedAt), receivers }];
    commit({ store }, startedAt, accepted, [delivered(1, "a", startedAt)]);
    receivers.reverse();
    expect(allDeliveries(store).map(({ receiver, state }) => `${receiver} ${state}`)).toEqual([
      "a delivered",
      "b pending",
    ]);
  });
});
