import { checkBooks, memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { createMonitor } from "../src/monitor.ts";
import { memoryStore } from "../src/store/memory.ts";
import type { EventStore, Group } from "../src/store/store.ts";
import { rig } from "./support/rig.ts";

/** A store over memory that can be slow, broken or durable as a test asks. */
const scripted = (options: { durable?: boolean; slowMs?: number; brokenClose?: boolean } = {}) => {
  const inner = memoryStore();
  const groups: Group[] = [];
  let failures = 0;
  const store: EventStore = {
    contract: 1,
    open: () => inner.open("test"),
    claim: (query) => inner.claim(query),
    renew: (leases, leaseMs, now) => inner.renew(leases, leaseMs, now),
    move: (select, to) => inner.move(select, to),
    events: (query) => inner.events(query),
    deliveries: (query) => inner.deliveries(query),
    aggregate: (query) => inner.aggregate(query),
    backlog: () => inner.backlog(),
    prune: (limits) => inner.prune(limits),
    close: () => {
      if (options.brokenClose) throw new Error("no");
    },
    durable: options.durable ?? false,
    commit: (group) => {
      if (failures > 0) {
        failures -= 1;
        throw new Error("SQLITE_FULL: secret path");
      }
      groups.push(group);
      const answer = inner.commit(group);
      if (options.slowMs === undefined) return answer;
      return new Promise((resolve) => setTimeout(() => resolve(answer), options.slowMs));
    },
  };
  return {
    store,
    groups,
    fail: (times: number) => {
      failures = times;
    },
  };
};

describe("a store that fails", () => {
  it("disturbs nobody: events are delivered from memory, the problem is told, and all is written once it recovers", async () => {
    const { store, fail } = scripted();
    const { clock, monitor, emit, receiver, problems } = rig({ store });
    monitor.registerNotifier(memoryNotifier());
    fail(3);
    emit(2);
    await clock.advance(0);
    expect(receiver("memory").delivered).toBe(2);
    expect(monitor.stats().store).toMatchObject({ failing: true });
    expect(monitor.stats().store.uncommitted).toBeGreaterThan(0);
    expect((await monitor.getComprehensiveStatus()).status).toBe("unhealthy");
    expect(problems[0]).toMatchObject({ code: "store-failed", receiver: null });
    expect(JSON.stringify(problems.map(({ message }) => message))).not.toContain("secret path");
    await clock.advance(60_000);
    expect(monitor.stats().store).toMatchObject({ failing: false, uncommitted: 0 });
    expect((await monitor.getDeliveries()).rows.map(({ state }) => state)).toEqual([
      "delivered",
      "delivered",
    ]);
  });
});

describe("a store that answers later", () => {
  it("gets groups one at a time and in order, and nothing is sent before its group is committed", async () => {
    const { store, groups } = scripted({ durable: true, slowMs: 5 });
    const monitor = createMonitor({ store, onProblem: () => {} });
    const notifier = memoryNotifier({ maxBatchSize: 500 });
    monitor.registerNotifier(notifier);
    for (let i = 0; i < 600; i += 1)
      monitor.emitEvent({ event_type: "health_check", message: String(i) });
    await Promise.resolve();
    expect(notifier.attempts).toHaveLength(0);
    expect(monitor.stats().receivers[0]?.pending).toBe(600);
    expect(await monitor.flush()).toMatchObject({ delivered: 600, pending: 0 });
    expect(notifier.events.map(({ message }) => Number(message))).toEqual(
      Array.from({ length: 600 }, (_, i) => i),
    );
    const accepted = groups.map((group) => group.accepted.length).filter((length) => length > 0);
    expect(Math.max(...accepted)).toBeLessThanOrEqual(256);
    expect(await monitor.persisted()).toEqual({ committed: 600, memory_only: 0, timed_out: false });
    checkBooks(monitor.stats());
    await monitor.close();
  });

  it("writes no row for a callback when it is durable", async () => {
    const { store, groups } = scripted({ durable: true });
    const { clock, monitor, emit } = rig({ store });
    monitor.registerCallback(() => {}, { name: "cb" });
    monitor.registerNotifier(memoryNotifier());
    emit(1);
    await clock.advance(0);
    expect(groups.flatMap(({ accepted }) => accepted.map(({ receivers }) => receivers))).toEqual([
      ["memory"],
    ]);
  });
});

describe("a store that throws when it is closed", () => {
  it("is reported, and the monitor closes all the same", async () => {
    const { store } = scripted({ brokenClose: true });
    const { clock, monitor, problems } = rig({ store });
    const closing = monitor.close();
    await clock.advance(1_000);
    expect(await closing).toMatchObject({ pending: 0 });
    expect(problems.map(({ code }) => code)).toContain("close-failed");
  });
});

describe("persisted", () => {
  it("says that only this process remembers when there is no durable store", async () => {
    const { monitor, emit } = rig();
    emit(3);
    expect(await monitor.persisted()).toMatchObject({ committed: 0, timed_out: false });
  });
});
