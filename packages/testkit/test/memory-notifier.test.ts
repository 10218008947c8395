import { DeliveryError } from "@datasync-monitor/core";
import { describe, expect, it } from "vitest";
import {
  memoryNotifier,
  notifierHost,
  sampleBatch,
  sampleEvent,
  sendContext,
} from "../src/index.ts";

describe("memoryNotifier", () => {
  it("keeps accepted events and batches, and every attempt with its context", async () => {
    const notifier = memoryNotifier({ maxBatchSize: 3 });
    const batch = sampleBatch(2);
    const context = sendContext({ idempotencyKey: "key-1", attempt: 2, resume: { left: 1 } });
    await notifier.send(batch, context);
    expect(notifier.events).toEqual([...batch]);
    expect(notifier.batches).toEqual([batch]);
    expect(notifier.attempts).toEqual([{ batch, context }]);
    expect([notifier.contract, notifier.id, notifier.maxBatchSize]).toEqual([1, "memory", 3]);
  });

  it("throws what it was told, as often as it was told, as it is", async () => {
    const notifier = memoryNotifier({ id: "pager" });
    const error = new DeliveryError("unavailable", "not now");
    notifier.fail(error, 2);
    const sends = [1, 2, 3].map(() =>
      Promise.resolve(notifier.send([sampleEvent()], sendContext())).catch((thrown) => thrown),
    );
    expect(await Promise.all(sends)).toEqual([error, error, undefined]);
    expect([notifier.attempts.length, notifier.events.length]).toEqual([3, 1]);
    notifier.fail(undefined);
    await expect(notifier.send([sampleEvent()], sendContext())).rejects.toBeUndefined();
  });

  it("holds sends until they are released", async () => {
    const notifier = memoryNotifier();
    const release = notifier.hold();
    const sending = notifier.send([sampleEvent()], sendContext());
    await new Promise((resolve) => setImmediate(resolve));
    expect(notifier.events).toHaveLength(0);
    release();
    await sending;
    await notifier.send([sampleEvent()], sendContext());
    expect(notifier.events).toHaveLength(2);
  });

  it("gives up a held send when its signal aborts, and leaves no listener behind", async () => {
    const notifier = memoryNotifier();
    notifier.hold();
    const controller = new AbortController();
    const sending = notifier.send([sampleEvent()], sendContext({ signal: controller.signal }));
    controller.abort();
    await expect(sending).rejects.toMatchObject({ code: "aborted" });
    expect(notifier.events).toHaveLength(0);
  });

  it("forgets on clear()", async () => {
    const notifier = memoryNotifier();
    await notifier.send([sampleEvent()], sendContext());
    notifier.fail(new Error("later"));
    notifier.clear();
    await notifier.send([sampleEvent()], sendContext());
    expect([notifier.events.length, notifier.attempts.length]).toEqual([1, 1]);
  });

  it("names an option that it does not know", () => {
    const options = { id: "memory", maxBatchsize: 2 };
    expect(() => memoryNotifier(options)).toThrow("Did you mean `maxBatchSize`?");
  });
});

describe("the samples", () => {
  it("are the guide's event, frozen to the bottom", () => {
    const event = sampleEvent();
    expect(event).toMatchObject({
      timestamp: "2025-08-29T10:30:00.000Z",
      event_type: "sync_success",
      level: "info",
      service: "datasync",
      message: "数据同步完成: 1000条记录",
      details: { duration: 30.5, tables: ["coin_data", "indicator_data"] },
      metrics: { records_synced: 1000, duration_seconds: 30.5, success_rate: 1 },
    });
    expect(Object.isFrozen(event.details.tables)).toBe(true);
    const born = Number.parseInt(event.id.replaceAll("-", "").slice(0, 12), 16);
    expect(new Date(born).toISOString()).toBe(event.timestamp);
  });

  it("copy what they are given instead of freezing it", () => {
    const details = { list: [1] };
    const event = sampleEvent({ details });
    details.list.push(2);
    expect(event.details).toEqual({ list: [1] });
  });

  it("have a host in English and UTC, which says what it was not given", () => {
    const stats = () => {
      throw new Error("mine");
    };
    expect(notifierHost()).toMatchObject({ locale: "en", timeZone: "UTC" });
    expect(() => notifierHost().observe(() => {})).toThrow("pass notifierHost() one");
    expect(() => notifierHost({ stats }).stats()).toThrow("mine");
  });

  it("differ in id and message within a batch", () => {
    const batch = sampleBatch(12, { level: "error" });
    expect(new Set(batch.map(({ id }) => id)).size).toBe(12);
    expect(batch.map(({ message }) => message)).toContain("event 12");
    expect(Object.isFrozen(batch)).toBe(true);
  });
});
