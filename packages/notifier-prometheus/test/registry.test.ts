import { ConfigError } from "@datasync-monitor/core";
import { sampleEvent, sendContext } from "@datasync-monitor/testkit";
import { Counter, Gauge, Registry } from "prom-client";
import { describe, expect, it, vi } from "vitest";
import { prometheus } from "../src/index.ts";
import { attempt, fakeHost, receiverStats } from "./support/fake-host.ts";
import { scrape } from "./support/scrape.ts";

const prefix = "datasync_monitor_";
const none = { info: 0, warning: 0, error: 0, critical: 0 };
const events = { type: "sync_start", level: "info" };

describe("a registry of the user's", () => {
  it("shows their metrics and ours in one scrape", async () => {
    const registry = new Registry();
    new Gauge({ name: "temperature_celsius", help: "Outside.", registers: [registry] }).set(21);
    const scraped = await scrape(prometheus({ registry }));
    expect(scraped.value("temperature_celsius")).toBe(21);
    expect(scraped.value(`${prefix}build_info`)).toBe(1);
  });

  it("keeps its default labels", async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ app: "datasync" });
    const [info] = (await scrape(prometheus({ registry }))).series(`${prefix}build_info`);
    expect(info?.labels.app).toBe("datasync");
  });

  it("refuses a prefix under which a stranger's metric stands, and leaves nothing behind", () => {
    const registry = new Registry();
    new Gauge({ name: `${prefix}pending`, help: "A stranger.", registers: [registry] });
    expect(() => prometheus({ registry })).toThrow(ConfigError);
    expect(() => prometheus({ registry })).toThrow(`\`${prefix}pending\``);
    expect(registry.getMetricsAsArray()).toHaveLength(1);
    expect(() => prometheus({ registry, prefix: "mine_" })).not.toThrow();
  });

  it("trap 66: takes two notifiers, whose counts add up", async () => {
    const registry = new Registry();
    const [left, right] = [fakeHost(), fakeHost()];
    const first = prometheus({ registry });
    const second = prometheus({ registry });
    first.attach?.(left.host);
    second.attach?.(right.host);
    left.show({
      events: { sync_start: { ...none, info: 3 } },
      receivers: [receiverStats({ delivered: 1, pending: 2, breaker: "open" })],
    });
    right.show({
      events: { sync_start: { ...none, info: 4 } },
      receivers: [receiverStats({ delivered: 10, pending: 5, breaker: "closed" })],
    });
    await first.send([sampleEvent()], sendContext());
    await second.send([sampleEvent()], sendContext());
    const scraped = await scrape(first);
    expect(scraped.value(`${prefix}events_total`, events)).toBe(7);
    expect(scraped.value(`${prefix}deliveries_total`, { outcome: "delivered" })).toBe(11);
    expect(scraped.value(`${prefix}pending`)).toBe(7);
    expect(scraped.value(`${prefix}breaker_open`)).toBe(1);
    expect(scraped.value(`${prefix}records_total`, { operation: "sync" })).toBe(2_000);
  });

  it("trap 66: keeps two prefixes apart", async () => {
    const registry = new Registry();
    const first = prometheus({ registry, prefix: "a_" });
    prometheus({ registry, prefix: "b_" });
    await first.send([sampleEvent()], sendContext());
    const scraped = await scrape(first);
    expect(scraped.value("a_records_total", { operation: "sync" })).toBe(1_000);
    expect(scraped.value("b_records_total", { operation: "sync" })).toBe(0);
  });

  it("trap 66: a hot reload goes on counting from where the old notifier stopped", async () => {
    const registry = new Registry();
    const old = fakeHost();
    const before = prometheus({ registry });
    before.attach?.(old.host);
    await before.send([sampleEvent()], sendContext());
    old.show({
      events: { sync_start: { ...none, info: 3 } },
      receivers: [receiverStats({ delivered: 1, pending: 2 })],
    });
    await before.close?.();

    const fresh = fakeHost();
    const after = prometheus({ registry });
    after.attach?.(fresh.host);
    fresh.show({ events: { sync_start: { ...none, info: 1 } } });
    await after.send([sampleEvent()], sendContext());
    await scrape(after);
    const scraped = await scrape(after);
    expect(scraped.value(`${prefix}events_total`, events)).toBe(4);
    expect(scraped.value(`${prefix}deliveries_total`, { outcome: "delivered" })).toBe(1);
    expect(scraped.value(`${prefix}pending`)).toBeUndefined();
    expect(
      scraped.value(`${prefix}operation_records_count`, { operation: "sync", outcome: "success" }),
    ).toBe(2);
  });

  it("trap 66: a second copy of the package shares the metrics of the first", async () => {
    const registry = new Registry();
    const first = prometheus({ registry });
    vi.resetModules();
    const copy = await import("../src/index.ts");
    expect(copy.prometheus).not.toBe(prometheus);
    const second = copy.prometheus({ registry });
    await first.send([sampleEvent()], sendContext());
    await second.send([sampleEvent()], sendContext());
    const scraped = await scrape(first);
    expect(scraped.value(`${prefix}records_total`, { operation: "sync" })).toBe(2_000);
  });

  it("begins anew after the registry was cleared", async () => {
    const registry = new Registry();
    await prometheus({ registry }).send([sampleEvent()], sendContext());
    registry.clear();
    const scraped = await scrape(prometheus({ registry }));
    expect(scraped.value(`${prefix}records_total`, { operation: "sync" })).toBe(0);
  });

  it("keeps the buckets it has when a second notifier asks for others", async () => {
    const registry = new Registry();
    prometheus({ registry, durationBuckets: [1, 2] });
    const scraped = await scrape(prometheus({ registry, durationBuckets: [7] }));
    const bounds = scraped
      .series(`${prefix}operation_duration_seconds_bucket`, {
        operation: "sync",
        outcome: "failure",
      })
      .map(({ labels }) => labels.le);
    expect(bounds).toEqual(["1", "2", "+Inf"]);
  });
});

describe("attach and close", () => {
  it("count a monitor once that is attached twice, or again after a close", async () => {
    const registry = new Registry();
    const { host, show, tell, listeners } = fakeHost();
    const [first, second] = [prometheus({ registry }), prometheus({ registry })];
    const read = async () => (await scrape(first)).value(`${prefix}events_total`, events);
    show({ events: { sync_start: { ...none, info: 3 } } });
    first.attach?.(host);
    first.attach?.(host);
    second.attach?.(host);
    expect(listeners()).toBe(1);
    expect(await read()).toBe(3);

    await first.close?.();
    expect(listeners()).toBe(1);
    await second.close?.();
    expect(listeners()).toBe(0);
    expect(await read()).toBe(3);

    first.attach?.(host);
    show({ events: { sync_start: { ...none, info: 5 } } });
    tell(attempt("feishu", 1));
    const scraped = await scrape(first);
    expect(scraped.value(`${prefix}events_total`, events)).toBe(5);
    expect(scraped.value(`${prefix}delivery_duration_seconds_count`)).toBe(1);
  });

  it("show what other receivers still settled while the monitor closed, once more", async () => {
    const { host, show } = fakeHost();
    const notifier = prometheus();
    notifier.attach?.(host);
    const read = async () =>
      (await scrape(notifier)).value(`${prefix}deliveries_total`, { outcome: "delivered" });
    show({ receivers: [receiverStats({ delivered: 1 })] });
    await notifier.close?.();
    show({ receivers: [receiverStats({ delivered: 4 })] });
    expect(await read()).toBe(4);
    show({ receivers: [receiverStats({ delivered: 9 })] });
    expect(await read()).toBe(4);
  });

  it("close twice without harm", async () => {
    const notifier = prometheus();
    notifier.attach?.(fakeHost().host);
    await notifier.close?.();
    await expect(notifier.close?.()).resolves.toBeUndefined();
  });
});

describe("what cannot be collected", () => {
  it("trap 68: books that cannot be read leave the rest of the scrape, and are counted", async () => {
    const registry = new Registry();
    const [broken, sound] = [fakeHost(), fakeHost()];
    const notifier = prometheus({ registry });
    notifier.attach?.(broken.host);
    notifier.attach?.(sound.host);
    broken.fail(new Error("token=SECRET"));
    sound.show({ events: { sync_start: { ...none, info: 2 } } });
    const scraped = await scrape(notifier);
    expect(scraped.value(`${prefix}events_total`, events)).toBe(2);
    expect(scraped.value(`${prefix}collect_failures_total`)).toBe(1);
    expect(await notifier.metrics()).not.toContain("SECRET");

    broken.show({ events: { sync_start: { ...none, info: 5 } } });
    expect((await scrape(notifier)).value(`${prefix}events_total`, events)).toBe(7);
  });

  it("trap 68: books that break half-way are not counted twice", async () => {
    const { host, show } = fakeHost();
    const notifier = prometheus();
    notifier.attach?.(host);
    const receivers = [receiverStats({ delivered: 3 })];
    const broken = receiverStats({ name: "broken", dropped: null as never });
    const read = async () =>
      (await scrape(notifier)).value(`${prefix}deliveries_total`, {
        receiver: "feishu",
        outcome: "delivered",
      });
    show({ receivers: [...receivers, broken] });
    expect(await read()).toBe(3);
    expect(await read()).toBe(3);
    show({ receivers });
    expect(await read()).toBe(3);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("token=SECRET");
      },
    ],
    ["rejects", () => Promise.reject(new Error("token=SECRET"))],
  ])("trap 68: a metric of the user's whose collect %s is left out alone", async (_, collect) => {
    const registry = new Registry();
    new Gauge({ name: "bad", help: "Bad.", registers: [registry], collect });
    new Counter({ name: "good_total", help: "Good.", registers: [registry] }).inc(3);
    const notifier = prometheus({ registry });
    await notifier.send([sampleEvent()], sendContext());
    const scraped = await scrape(notifier);
    expect(scraped.family("bad")).toBeUndefined();
    expect(scraped.value("good_total")).toBe(3);
    expect(scraped.value(`${prefix}records_total`, { operation: "sync" })).toBe(1_000);
    expect(scraped.value(`${prefix}collect_failures_total`)).toBe(1);
    const verify = notifier.verify?.({ signal: new AbortController().signal });
    await expect(verify).rejects.toMatchObject({ code: "config" });
    await expect(verify).rejects.not.toThrow(/SECRET/);
  });

  it("verify() is content when everything can be collected", async () => {
    const verify = prometheus().verify?.({ signal: new AbortController().signal });
    await expect(verify).resolves.toBeUndefined();
  });
});
