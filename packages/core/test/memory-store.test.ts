import { describe, expect, it } from "vitest";
import { ConfigError } from "../src/errors.ts";
import { memoryStore } from "../src/store/memory.ts";
import {
  allDeliveries,
  allIds,
  range,
  startedAt,
  stored,
  take,
} from "./support/memory-store-kit.ts";
import { commit, delivered, ended, eventAt, idOf } from "./support/store-kit.ts";

describe("memoryStore", () => {
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
});
