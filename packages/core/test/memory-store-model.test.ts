import { fakeClock } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryStore, memoryStore } from "../src/store/memory.ts";
import type { Delivery, DeliveryState, Outcome } from "../src/store/store.ts";
import { allDeliveries, allIds } from "./support/memory-store-kit.ts";
import { eventAt, idOf } from "./support/store-kit.ts";
import { type ModelOutcome, StoreModel } from "./support/store-model.ts";

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
