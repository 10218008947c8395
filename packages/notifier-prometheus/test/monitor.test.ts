import { createMonitor, DeliveryError, defineNotifier } from "@datasync-monitor/core";
import { checkBooks } from "@datasync-monitor/testkit";
import { expect, it } from "vitest";
import { prometheus } from "../src/index.ts";
import { parseExposition } from "./support/exposition.ts";
import { scrape } from "./support/scrape.ts";

const prefix = "datasync_monitor_";

it("shows what a monitor's own books say, and what its runs reported", async () => {
  const monitor = createMonitor({ service: "datasync", onProblem: () => {} });
  const metrics = prometheus();
  monitor.registerNotifier(metrics);
  monitor.registerNotifier(
    defineNotifier({
      id: "picky",
      send() {
        throw new DeliveryError("payload", "not this one");
      },
    }),
    { types: ["sync_success"] },
  );
  await monitor.track("sync", async (run) => run.add("records_synced", 1_000));
  await monitor.track("sync", () => Promise.reject(new Error("boom"))).catch(() => {});
  monitor.emitEvent({ event_type: "invoice.paid", message: "not listed" });
  await monitor.flush({ deadlineMs: 2_000 });

  const scraped = await scrape(metrics);
  const value = (name: string, labels: Record<string, string>) =>
    scraped.value(`${prefix}${name}`, labels);
  expect(value("events_total", { type: "sync_start", level: "info" })).toBe(2);
  expect(value("events_total", { type: "sync_failure", level: "error" })).toBe(1);
  expect(value("events_total", { type: "other", level: "info" })).toBe(1);
  expect(value("records_total", { operation: "sync" })).toBe(1_000);
  expect(value("operation_duration_seconds_count", { outcome: "success", operation: "sync" })).toBe(
    1,
  );
  expect(value("operation_duration_seconds_count", { outcome: "failure", operation: "sync" })).toBe(
    1,
  );

  const mine = { receiver: "prometheus" };
  expect(value("deliveries_total", { ...mine, outcome: "delivered" })).toBe(5);
  expect(value("pending", mine)).toBe(0);
  expect(value("last_delivery_timestamp_seconds", mine)).toBeGreaterThan(1.7e9);
  const picky = { receiver: "picky" };
  expect(value("deliveries_total", { ...picky, outcome: "filtered" })).toBe(4);
  expect(value("deliveries_dead_total", { ...picky, reason: "payload" })).toBe(1);
  expect(value("delivery_attempts_total", { ...picky, outcome: "payload" })).toBe(1);
  expect(value("delivery_duration_seconds_count", picky)).toBe(1);
  expect(value("invalid_observations_total", {})).toBe(0);
  checkBooks(monitor.stats());
  await monitor.close();
});

it("takes the same monitor again after it was unregistered, and counts nothing twice", async () => {
  await using monitor = createMonitor();
  const metrics = prometheus();
  const registration = monitor.registerNotifier(metrics);
  monitor.emitEvent({ event_type: "sync_start", message: "one" });
  await monitor.flush();
  await registration.unregister();
  monitor.emitEvent({ event_type: "sync_start", message: "two" });
  monitor.registerNotifier(metrics);
  monitor.emitEvent({ event_type: "sync_start", message: "three" });
  await monitor.flush();
  const scraped = await scrape(metrics);
  const started = { type: "sync_start", level: "info" };
  expect(scraped.value(`${prefix}events_total`, started)).toBe(3);
});

it("shows the last fates in the first scrape after the monitor closed", async () => {
  const monitor = createMonitor();
  const metrics = prometheus();
  monitor.registerNotifier(metrics);
  monitor.registerCallback(() => {}, { name: "late" });
  for (let n = 0; n < 10; n += 1) monitor.emitEvent({ event_type: "sync_start", message: `${n}` });
  await monitor.close();
  const scraped = parseExposition(await metrics.metrics());
  for (const receiver of ["late", "prometheus"]) {
    const labels = { receiver, outcome: "delivered" };
    expect(scraped.value(`${prefix}deliveries_total`, labels)).toBe(10);
  }
});

it("counts all that a receiver did, however often it came and went between two scrapes", async () => {
  await using monitor = createMonitor({ onProblem: () => {} });
  const metrics = prometheus();
  monitor.registerNotifier(metrics);
  const comeAndGo = async (events: number) => {
    const registration = monitor.registerCallback(() => {}, { name: "guest" });
    for (let n = 0; n < events; n += 1)
      monitor.emitEvent({ event_type: "sync_start", message: "" });
    await monitor.flush();
    return registration;
  };
  const counted = async (name: string, labels: Record<string, string>) =>
    (await scrape(metrics)).value(`${prefix}${name}`, { receiver: "guest", ...labels });
  const delivered = () => counted("deliveries_total", { outcome: "delivered" });

  const first = await comeAndGo(5);
  expect(await delivered()).toBe(5);
  await first.unregister();
  const second = await comeAndGo(7); // more than its namesake had: nothing fell
  expect(await delivered()).toBe(12);
  monitor.emitEvent({ event_type: "sync_start", message: "after the last scrape" });
  await monitor.flush();
  await second.unregister();
  expect(await delivered()).toBe(13);
  await (await comeAndGo(2)).unregister(); // no scrape ever met it
  expect(await delivered()).toBe(15);
  expect(await delivered()).toBe(15);
  expect(await counted("delivery_attempts_total", { outcome: "delivered" })).toBe(15);

  const stuck = monitor.registerCallback(() => new Promise(() => {}), { name: "guest" });
  for (let n = 0; n < 4; n += 1) monitor.emitEvent({ event_type: "sync_start", message: "" });
  await stuck.unregister({ drain: false, deadlineMs: 10 });
  expect(await counted("events_dropped_total", { reason: "unregistered" })).toBe(4);
  expect(await counted("deliveries_total", { outcome: "dropped" })).toBe(4);
});

it("hides no loss behind what was counted before it was registered", async () => {
  await using monitor = createMonitor();
  const metrics = prometheus();
  const registration = monitor.registerCallback(() => {}, { name: "guest" });
  const emit = () => monitor.emitEvent({ event_type: "sync_start", message: "" });
  for (let n = 0; n < 9; n += 1) emit();
  await monitor.flush();
  monitor.registerNotifier(metrics);
  const delivered = async () =>
    (await scrape(metrics)).value(`${prefix}deliveries_total`, {
      receiver: "guest",
      outcome: "delivered",
    });
  expect(await delivered()).toBe(9);
  emit();
  await monitor.flush();
  await registration.unregister();
  expect(await delivered()).toBe(10);
});
