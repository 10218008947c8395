import { memoryNotifier } from "@datasync-monitor/testkit";
import { describe, expect, it } from "vitest";
import { DeliveryError } from "../src/errors.ts";
import { durableStore } from "./support/durable-store.ts";
import { rig } from "./support/rig.ts";
import { scriptedStore } from "./support/scripted-store.ts";

describe("verify", () => {
  it("answers for each receiver: ok, failed with its code, unsupported, or too slow", async () => {
    const { clock, monitor } = rig();
    const base = { contract: 1, send: () => {} } as const;
    monitor.registerNotifier({ ...base, id: "good", verify: async () => {} });
    monitor.registerNotifier({
      ...base,
      id: "bad",
      verify: () => Promise.reject(new DeliveryError("config", "wrong secret")),
    });
    monitor.registerNotifier({ ...base, id: "mute" });
    monitor.registerNotifier(
      { ...base, id: "slow", verify: () => new Promise(() => {}) },
      { timeoutMs: 1_000 },
    );
    monitor.registerNotifier({
      ...base,
      id: "throws",
      verify: () => {
        throw new TypeError("no");
      },
    });
    const asked = monitor.verify();
    await clock.advance(1_000);
    expect((await asked).map(({ receiver, status, code }) => [receiver, status, code])).toEqual([
      ["good", "ok", null],
      ["bad", "failed", "config"],
      ["mute", "unsupported", null],
      ["slow", "failed", "unavailable"],
      ["throws", "failed", "unknown"],
    ]);
  });
});

describe("sendTest", () => {
  it("reaches that receiver alone, past its filter, and answers with the fate", async () => {
    const { clock, monitor, receiver } = rig();
    const one = memoryNotifier({ id: "one" });
    const two = memoryNotifier({ id: "two" });
    monitor.registerNotifier(one, { types: ["sync_failure"] });
    monitor.registerNotifier(two);
    const sent = monitor.sendTest("one");
    await clock.advance(10);
    expect(await sent).toMatchObject({ receiver: "one", state: "delivered" });
    expect(one.events).toMatchObject([{ event_type: "service_status", details: { test: true } }]);
    expect(two.events).toEqual([]);
    expect(receiver("two").filtered).toBe(1);
  });

  it("does not wait for others to share its batch", async () => {
    const { clock, monitor } = rig();
    const options = { batch: { maxWaitMs: 600_000 } };
    monitor.registerNotifier(memoryNotifier({ maxBatchSize: 10 }), options);
    const sent = monitor.sendTest("memory");
    await clock.advance(20_000);
    expect(await sent).toMatchObject({ state: "delivered", attempts: 1 });
  });

  it("answers pending when the destination is away, and names unknown receivers", async () => {
    const { clock, monitor } = rig();
    const notifier = memoryNotifier();
    notifier.fail(new DeliveryError("endpoint", "gone"), 10);
    monitor.registerNotifier(notifier, { timeoutMs: 500 });
    const sent = monitor.sendTest("memory");
    await clock.advance(1_000);
    expect(await sent).toMatchObject({ state: "pending", last_error: { code: "endpoint" } });
    await expect(monitor.sendTest("nobody")).rejects.toThrow("Registered: `memory`");
  });
});

describe("sendTest with a durable store", () => {
  it("answers the fate also of a callback, of which the store keeps nothing", async () => {
    const { clock, store } = durableStore();
    const { monitor } = rig({ clock, store });
    monitor.registerCallback(() => {}, { name: "well" });
    monitor.registerCallback(
      () => {
        throw new TypeError("no");
      },
      { name: "broken" },
    );
    const sent = Promise.all([monitor.sendTest("well"), monitor.sendTest("broken")]);
    await clock.advance(10);
    const [well, broken] = await sent;
    expect(well).toMatchObject({ receiver: "well", state: "delivered", attempts: 1 });
    expect(broken).toMatchObject({
      state: "dead",
      reason: "failed",
      attempts: 1,
      settled_at: "2025-08-29T10:30:00.000Z",
      last_error: { code: "unknown", message: "TypeError" },
    });
  });

  it.each(["never", "rejects"] as const)(
    "answers the fate also while the store does not open: it answers %s",
    async (open) => {
      const { store } = scriptedStore({ open });
      const failing: typeof store = {
        ...store,
        deliveries: () => Promise.reject(new Error("It is not open.")),
      };
      const { clock, monitor } = rig({ store: failing });
      monitor.registerNotifier(memoryNotifier());
      const sent = monitor.sendTest("memory");
      await clock.advance(20_000);
      expect(await sent).toMatchObject({ receiver: "memory", state: "delivered" });
    },
  );
});
