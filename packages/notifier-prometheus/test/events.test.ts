import { describe, expect, it } from "vitest";
import { prometheus } from "../src/index.ts";
import { fakeHost } from "./support/fake-host.ts";
import { scrape } from "./support/scrape.ts";

const none = { info: 0, warning: 0, error: 0, critical: 0 };
const events = "datasync_monitor_events_total";

describe("event counts", () => {
  it("come from the monitor's own books at each scrape", async () => {
    const { host, show } = fakeHost();
    const notifier = prometheus();
    notifier.attach?.(host);
    show({
      events: { sync_success: { ...none, info: 7 }, storage_warning: { ...none, warning: 2 } },
      refused: { invalid: 3, closed: 0, overflow: 5, store: 0 },
    });
    const first = await scrape(notifier);
    expect(first.value(events, { type: "sync_success", level: "info" })).toBe(7);
    expect(first.value(events, { type: "storage_warning", level: "warning" })).toBe(2);
    expect(first.value("datasync_monitor_events_refused_total", { reason: "overflow" })).toBe(5);

    show({ events: { sync_success: { ...none, info: 9 } } });
    const second = await scrape(notifier);
    expect(second.value(events, { type: "sync_success", level: "info" })).toBe(9);
  });

  it("read the books once a scrape", async () => {
    const { host, reads } = fakeHost();
    const notifier = prometheus();
    notifier.attach?.(host);
    await scrape(notifier);
    await scrape(notifier);
    expect(reads()).toBe(2);
  });

  it("are up to date when a single metric is read from the registry", async () => {
    const { host, show } = fakeHost();
    const notifier = prometheus();
    notifier.attach?.(host);
    show({ events: { sync_start: { ...none, info: 4 } } });
    expect(await notifier.registry.getSingleMetricAsString(events)).toContain(
      '{type="sync_start",level="info"} 4',
    );
  });

  it("never go down when the books do", async () => {
    const { host, show } = fakeHost();
    const notifier = prometheus();
    notifier.attach?.(host);
    const at = async (info: number) => {
      show({ events: { sync_start: { ...none, info } } });
      return (await scrape(notifier)).value(events, { type: "sync_start", level: "info" });
    };
    expect(await at(10)).toBe(10);
    expect(await at(4)).toBe(10);
    expect(await at(6)).toBe(12);
  });

  it("add up in `other` also where an own type has that name, and stand still between scrapes", async () => {
    const { host, show } = fakeHost();
    const notifier = prometheus({ eventTypes: ["other"] });
    notifier.attach?.(host);
    show({ events: { other: { ...none, info: 5 }, backup_done: { ...none, info: 2 } } });
    const shown = async () =>
      (await scrape(notifier)).value(events, { type: "other", level: "info" });
    expect([await shown(), await shown(), await shown()]).toEqual([7, 7, 7]);
  });

  it("trap 62: 100,000 event types stay within the configured series, the rest in `other`", async () => {
    const { host, show } = fakeHost();
    const notifier = prometheus({ eventTypes: ["invoice_paid"] });
    notifier.attach?.(host);
    const users = Array.from({ length: 100_000 }, (_, n) => [`user.${n}`, { ...none, info: 1 }]);
    show({ events: { ...Object.fromEntries(users), invoice_paid: { ...none, info: 3 } } });
    const scraped = await scrape(notifier);
    expect(scraped.series(events)).toHaveLength((13 + 1 + 1) * 4);
    expect(scraped.value(events, { type: "other", level: "info" })).toBe(100_000);
    expect(scraped.value(events, { type: "invoice_paid", level: "info" })).toBe(3);
  });

  it("trap 65: totals that are not numbers reach no counter, and are counted", async () => {
    const { host, show } = fakeHost();
    const notifier = prometheus();
    notifier.attach?.(host);
    show({
      events: {
        sync_start: { info: Number.NaN, warning: -1, error: Number.POSITIVE_INFINITY, critical: 2 },
      },
    });
    const scraped = await scrape(notifier);
    const values = scraped.series(events, { type: "sync_start" }).map(({ value }) => value);
    expect(values).toEqual([0, 0, 0, 2]);
    expect(await notifier.metrics()).not.toMatch(/ [+-]?(nan|inf)$/im);
    expect(scraped.value("datasync_monitor_invalid_observations_total")).toBe(3);
  });

  it("trap 69: known types, levels and reasons stand at 0 before anything happened", async () => {
    const scraped = await scrape(prometheus());
    expect(scraped.value(events, { type: "migration_failure", level: "critical" })).toBe(0);
    expect(scraped.series(events)).toHaveLength(14 * 4);
    expect(
      scraped.series("datasync_monitor_events_refused_total").map(({ labels }) => labels.reason),
    ).toEqual(["invalid", "closed", "overflow", "store"]);
  });
});
