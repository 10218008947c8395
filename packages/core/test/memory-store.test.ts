import { fakeClock } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, type JsonValue } from "../src/errors.ts";
import { type MemoryStore, type MemoryStoreOptions, memoryStore } from "../src/store/memory.ts";
import type { Delivery, DeliveryState, Outcome } from "../src/store/store.ts";
import { commit, delivered, ended, eventAt, idOf } from "./support/store-kit.ts";
import { type ModelOutcome, StoreModel } from "./support/store-model.ts";

const startedAt = fakeClock().now();
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Every row of a paged answer. */
const all = <T>(
  page: (cursor: string | undefined) => { rows: readonly T[]; cursor: string | null },
) => {
  const rows: T[] = [];
  let cursor: string | null | undefined;
  do {
    const next = page(cursor ?? undefined);
    rows.push(...next.rows);
    cursor = next.cursor;
  } while (cursor !== null);
  return rows;
};
const allDeliveries = (store: MemoryStore, limit = 7) =>
  all((cursor) => store.deliveries({ cursor, limit }));
const allIds = (store: MemoryStore) =>
  all((cursor) => store.events({ cursor, limit: 7 })).map(({ id }) => id);

describe("memoryStore", () => {
  const stored = (options: MemoryStoreOptions) => ({ store: memoryStore(options) });
  const take = (
    rig: { store: MemoryStore },
    n: number,
    outcomes: readonly Outcome[] = [],
    message = "",
  ) =>
    commit(
      rig,
      startedAt,
      [{ event: eventAt(n, startedAt, { message }), receivers: ["a"] }],
      outcomes,
    );

  it("answers without a promise, and says that it is not durable", () => {
    const store = memoryStore();
    expect(store.durable).toBe(false);
    expect(store.contract).toBe(1);
    expect(store.open("here")).toBeUndefined();
    expect(store.commit({ now: startedAt, leaseMs: 1, accepted: [], outcomes: [] })).toEqual({
      stale: [],
    });
    expect(store.events({})).toEqual({ rows: [], cursor: null });
    expect(store.close()).toBeUndefined();
  });

  it("refuses options that it does not know or that make no sense", () => {
    const wrong: readonly object[] = [
      { maxEvent: 5 },
      { maxEvents: 0 },
      { maxBytes: "16 MiB" },
      { maxDeliveries: 1.5 },
      { maxDead: -1 },
    ];
    for (const options of wrong) {
      expect(() => memoryStore(options), JSON.stringify(options)).toThrow(
        expect.objectContaining({ name: "ConfigError" }),
      );
    }
    expect(() => memoryStore(wrong[0])).toThrow("`maxEvents`");
    expect(ConfigError.is(undefined)).toBe(false);
  });

  it("forgets the oldest events beyond their number", () => {
    const rig = stored({ maxEvents: 3 });
    for (const n of range(0, 5)) take(rig, n, [delivered(n, "a", startedAt)]);
    expect(allIds(rig.store)).toEqual([idOf(4), idOf(3), idOf(2)]);
  });

  it("forgets the oldest events beyond their bytes", () => {
    const rig = stored({ maxBytes: 100_000 });
    for (const n of range(0, 20)) {
      take(rig, n, [delivered(n, "a", startedAt)], "x".repeat(10_000));
    }
    expect(allIds(rig.store)).toEqual([19, 18, 17, 16].map(idOf));
  });

  it("counts what is in details and metrics against the bytes", () => {
    const { store } = stored({ maxBytes: 100_000 });
    const details = { table: { rows: ["x".repeat(20_000), ["y".repeat(20_000)]] } };
    for (const n of range(0, 3)) {
      const event = eventAt(n, startedAt, { details });
      commit({ store }, startedAt, [{ event, receivers: [] }]);
    }
    expect(allIds(store)).toEqual([idOf(2)]);
  });

  it("forgets the deliveries that settled first, and keeps what is known of later ones", () => {
    const rig = stored({ maxDeliveries: 2 });
    for (const n of range(0, 4)) take(rig, n);
    for (const n of [2, 0, 3]) commit(rig, startedAt, [], [delivered(n, "a", startedAt)]);
    const rows = allDeliveries(rig.store).map(({ event_id, state }) => [event_id, state]);
    expect(rows).toEqual([
      [idOf(3), "delivered"],
      [idOf(1), "pending"],
      [idOf(0), "delivered"],
    ]);
  });

  it("remembers a delivery whose event it has forgotten", () => {
    const rig = stored({ maxEvents: 1 });
    for (const n of range(0, 3)) take(rig, n, [delivered(n, "a", startedAt + n)]);
    expect(allIds(rig.store)).toEqual([idOf(2)]);
    expect(rig.store.deliveries({ eventId: idOf(0) }).rows).toMatchObject([{ state: "delivered" }]);
  });

  it("never forgets a pending delivery or its event, however much comes after", () => {
    const rig = stored({ maxEvents: 3, maxBytes: 5_000, maxDeliveries: 2, maxDead: 1 });
    for (const n of range(0, 5)) take(rig, n);
    for (const n of range(5, 50)) take(rig, n, [delivered(n, "a", startedAt)], "x".repeat(500));
    const question = { receiver: "a", limit: 10, maxBytes: 2 ** 30, leaseMs: 1 };
    const claimed = rig.store.claim({ ...question, now: startedAt + 3_600_000 });
    expect(claimed.map(({ event }) => event.id)).toEqual(range(0, 5).map(idOf));
    commit(
      rig,
      startedAt,
      [],
      range(0, 5).map((n) => delivered(n, "a", startedAt, { fence: 2 })),
    );
    expect(rig.store.backlog()).toEqual([]);
    expect(allIds(rig.store).length).toBeLessThanOrEqual(3);
  });

  it("keeps the latest dead deliveries with their events for a replay, beyond the bound on events", () => {
    const rig = stored({ maxEvents: 2, maxDead: 3 });
    for (const n of range(0, 6)) take(rig, n, [ended(n, "a", startedAt, "dead", "expired")]);
    for (const n of range(6, 20)) take(rig, n, [delivered(n, "a", startedAt)]);
    const dead = rig.store.deliveries({ states: ["dead"] }).rows;
    expect(dead.map(({ event_id }) => event_id)).toEqual([5, 4, 3].map(idOf));
    expect(allIds(rig.store)).toEqual([19, 18, 5, 4, 3].map(idOf));
    expect(rig.store.move({ states: ["dead"] }, { state: "pending" })).toBe(3);
    const question = { receiver: "a", limit: 9, maxBytes: 2 ** 30, leaseMs: 1, now: startedAt };
    expect(rig.store.claim(question).map(({ event }) => event.id)).toEqual([3, 4, 5].map(idOf));
  });

  it("lets the oldest dead deliveries go when their events outweigh the bytes", () => {
    const rig = stored({ maxEvents: 1, maxBytes: 50_000 });
    for (const n of range(0, 9)) {
      take(rig, n, [ended(n, "a", startedAt, "dead", "expired")], "x".repeat(10_000));
    }
    take(rig, 9, [delivered(9, "a", startedAt)]);
    const dead = rig.store.deliveries({ states: ["dead"] }).rows;
    expect(dead.map(({ event_id }) => event_id)).toEqual([idOf(8), idOf(7)]);
  });

  it("finds events whose ids come out of order, and is quick again when they are gone", () => {
    const rig = stored({ maxEvents: 4 });
    for (const n of [50, 10, 40, 20, 30]) take(rig, n);
    for (const n of [30, 10, 40, 50, 20]) {
      expect(commit(rig, startedAt, [], [delivered(n, "a", startedAt)])).toEqual({ stale: [] });
    }
    for (const n of range(60, 70)) take(rig, n);
    for (const n of range(60, 70)) {
      expect(commit(rig, startedAt, [], [delivered(n, "a", startedAt)])).toEqual({ stale: [] });
    }
    expect(allIds(rig.store)).toEqual([69, 68, 67, 66].map(idOf));
  });

  it("takes an event anew that it has forgotten, in whatever order ids come", () => {
    const rig = stored({ maxEvents: 1 });
    for (const n of [5, 3]) take(rig, n);
    commit(rig, startedAt, [], [delivered(5, "a", startedAt)]);
    expect(allIds(rig.store)).toEqual([idOf(3)]);
    take(rig, 5);
    expect(allIds(rig.store)).toEqual([idOf(5), idOf(3)]);
  });

  it("still forgets the deliveries that settled first after it has been pruned", () => {
    const rig = stored({ maxDeliveries: 3 });
    take(rig, 1, [delivered(1, "a", startedAt)]);
    const later = startedAt + 1;
    for (const n of [2, 3, 4, 5]) {
      const accepted = [{ event: eventAt(n, later), receivers: ["a"] }];
      commit(rig, later, accepted, [delivered(n, "a", later)]);
      if (n === 3) rig.store.prune({ before: later, maxEvents: 100, chunk: 100 });
    }
    expect(allDeliveries(rig.store).map(({ event_id }) => event_id)).toEqual([5, 4, 3].map(idOf));
  });

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

const receivers = ["a", "b", "c"];
const leaseMs = 1_000;
const anEvent = fc.nat(15);
const aReceiver = fc.constantFrom(...receivers);
const anOutcome: fc.Arbitrary<ModelOutcome> = fc.record({
  n: anEvent,
  receiver: aReceiver,
  fence: fc.integer({ min: 1, max: 3 }),
  state: fc.constantFrom<DeliveryState>(
    "pending",
    "delivered",
    "dead",
    "dropped",
    "moved",
    "folded",
  ),
  attempts: fc.nat(9),
});
const step = fc.oneof(
  fc.record({
    do: fc.constant("commit" as const),
    accepted: fc.array(fc.tuple(anEvent, fc.subarray(receivers)), { maxLength: 4 }),
    outcomes: fc.array(anOutcome, { maxLength: 6 }),
  }),
  fc.record({ do: fc.constant("claim" as const), receiver: aReceiver, limit: fc.nat(5) }),
  fc.record({ do: fc.constant("renew" as const), leases: fc.array(anOutcome, { maxLength: 4 }) }),
  fc.record({ do: fc.constant("replay" as const), receiver: aReceiver }),
  fc.record({ do: fc.constant("discard" as const), n: anEvent }),
  fc.record({ do: fc.constant("reroute" as const), receiver: aReceiver, target: aReceiver }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.nat(1_500) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const outcomeOf = ({ n, state, fence, receiver, attempts }: ModelOutcome, now: number): Outcome => {
  const lease = { event_id: idOf(n), receiver, fence, attempts, batch_id: null };
  if (state === "pending") return { ...lease, state, next_at: now, resume: null, last_error: null };
  if (state === "delivered") return { ...lease, state, settled_at: now, reference: null };
  return { ...lease, state, settled_at: now, reason: "why", last_error: null };
};

/** Does one step to the store, and answers what it said. */
const act = (store: MemoryStore, one: Step, now: number): unknown => {
  switch (one.do) {
    case "commit": {
      const accepted = one.accepted.map(([n, to]) => ({ event: eventAt(n, now), receivers: to }));
      const outcomes = one.outcomes.map((outcome) => outcomeOf(outcome, now));
      return store.commit({ now, leaseMs, accepted, outcomes }).stale;
    }
    case "claim": {
      const { receiver, limit } = one;
      return store
        .claim({ receiver, limit, maxBytes: 2 ** 30, leaseMs, now })
        .map(({ event_id, fence }) => ({ event_id, receiver, fence }));
    }
    case "renew": {
      const leases = one.leases.map((lease) => ({ ...lease, event_id: idOf(lease.n) }));
      return store.renew(leases, leaseMs, now).lost;
    }
    case "replay":
      return store.move({ receiver: one.receiver }, { state: "pending" });
    case "discard":
      return store.move({ eventId: idOf(one.n) }, { state: "dropped" });
    case "reroute":
      return one.receiver === one.target
        ? 0
        : store.move({ receiver: one.receiver }, { state: "pending", receiver: one.target });
    case "wait":
      return undefined;
  }
};

const expected = (model: StoreModel, one: Step, now: number): unknown => {
  switch (one.do) {
    case "commit":
      for (const [n, to] of one.accepted) model.accept(n, to, now, leaseMs);
      return model.tell(one.outcomes, now, leaseMs);
    case "claim":
      return model.claim(one.receiver, one.limit, now, leaseMs);
    case "renew":
      return model.renew(one.leases, now, leaseMs);
    case "replay":
      return model.replay(one.receiver, now);
    case "discard":
      return model.discard(one.n, now);
    case "reroute":
      return one.receiver === one.target ? 0 : model.reroute(one.receiver, one.target, now);
    case "wait":
      return undefined;
  }
};

/** The same steps with events numbered in the order of their arrival, as a monitor's ids are. */
const inOrder = (steps: readonly Step[]): Step[] => {
  const numbers = new Map<number, number>();
  const rename = (n: number) => numbers.get(n) ?? 1_000 + n;
  return steps.map((one) => {
    switch (one.do) {
      case "commit": {
        for (const [n] of one.accepted) if (!numbers.has(n)) numbers.set(n, numbers.size);
        return {
          ...one,
          accepted: one.accepted.map(([n, to]) => [rename(n), to]),
          outcomes: one.outcomes.map((outcome) => ({ ...outcome, n: rename(outcome.n) })),
        };
      }
      case "renew":
        return { ...one, leases: one.leases.map((lease) => ({ ...lease, n: rename(lease.n) })) };
      case "discard":
        return { ...one, n: rename(one.n) };
      default:
        return one;
    }
  });
};

const known = ({
  event_id,
  receiver,
  state,
  reason,
  attempts,
  taken_at,
  settled_at,
}: Delivery) => ({
  event_id,
  receiver,
  state,
  reason,
  attempts,
  taken_at,
  settled_at,
});

describe("memoryStore, whatever it is told", () => {
  it.each([
    ["in order", inOrder],
    ["out of order", (steps: Step[]) => steps],
  ])("answers as a plain store that forgets nothing, with ids %s", (_order, ordered) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }).map(ordered), (steps) => {
        const clock = fakeClock();
        const store = memoryStore({ clock });
        const model = new StoreModel();
        for (const one of steps) {
          if (one.do === "wait") clock.step(one.ms);
          expect(act(store, one, clock.now())).toEqual(expected(model, one, clock.now()));
        }
        expect(allDeliveries(store).map(known)).toEqual(model.deliveries());
        expect(allIds(store)).toEqual([...model.events].reverse().map(idOf));
        const open = model.deliveries().filter(({ state }) => state === "pending");
        const counted = store.backlog().reduce((sum, { pending }) => sum + pending, 0);
        expect(counted).toBe(open.length);
      }),
      { numRuns: 500 },
    );
  });

  it("holds its bounds and forgets nothing that is pending", () => {
    const bounds = { maxEvents: 4, maxDeliveries: 3, maxDead: 2 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const clock = fakeClock();
        const store = memoryStore({ clock, ...bounds });
        for (const one of steps) {
          if (one.do === "wait") clock.step(one.ms);
          const before = allDeliveries(store).filter(({ state }) => state === "pending");
          act(store, one, clock.now());
          const rows = allDeliveries(store);
          const count = (states: readonly DeliveryState[]) =>
            rows.filter(({ state }) => states.includes(state)).length;
          expect(count(["dead"])).toBeLessThanOrEqual(bounds.maxDead);
          expect(count(["delivered", "dropped", "moved", "folded"])).toBeLessThanOrEqual(
            bounds.maxDeliveries,
          );
          const held = new Set(
            rows
              .filter(({ state }) => state === "pending" || state === "dead")
              .map((r) => r.event_id),
          );
          const ids = allIds(store);
          expect([...held].filter((id) => !ids.includes(id))).toEqual([]);
          expect(ids.length).toBeLessThanOrEqual(bounds.maxEvents + held.size);
          expect(new Set(ids).size).toBe(ids.length);
          if (one.do !== "wait" && one.do !== "claim" && one.do !== "renew") continue;
          expect(rows.filter(({ state }) => state === "pending")).toEqual(before);
        }
      }),
      { numRuns: 300 },
    );
  });
});
