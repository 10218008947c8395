import { DeliveryError } from "@datasync-monitor/core";
import { sampleEvent, sendContext } from "@datasync-monitor/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PrometheusNotifier, prometheus } from "../src/index.ts";
import { fakeHost } from "./support/fake-host.ts";
import { scrape } from "./support/scrape.ts";

const prefix = "datasync_monitor_";
const synced = { operation: "sync", outcome: "success" };

const invalid = async (notifier: PrometheusNotifier) =>
  (await scrape(notifier)).value(`${prefix}invalid_observations_total`);

describe("operation metrics", () => {
  it("take duration, records and time of success from the guide's event", async () => {
    const notifier = prometheus();
    await notifier.send([sampleEvent()], sendContext());
    const scraped = await scrape(notifier);
    expect(scraped.value(`${prefix}operation_duration_seconds_sum`, synced)).toBe(30.5);
    expect(scraped.value(`${prefix}operation_duration_seconds_count`, synced)).toBe(1);
    expect(
      scraped.value(`${prefix}operation_duration_seconds_bucket`, { ...synced, le: "30" }),
    ).toBe(0);
    expect(
      scraped.value(`${prefix}operation_duration_seconds_bucket`, { ...synced, le: "60" }),
    ).toBe(1);
    expect(scraped.value(`${prefix}operation_records_sum`, synced)).toBe(1_000);
    expect(scraped.value(`${prefix}records_total`, { operation: "sync" })).toBe(1_000);
    expect(
      scraped.value(`${prefix}operation_last_success_timestamp_seconds`, { operation: "sync" }),
    ).toBe(Date.parse("2025-08-29T10:30:00.000Z") / 1_000);
  });

  it("count every event of a batch, failures apart", async () => {
    const notifier = prometheus();
    await notifier.send(
      [
        sampleEvent({ event_type: "cleanup_success", metrics: { records_deleted: 3 } }),
        sampleEvent({
          event_type: "cleanup_failure",
          metrics: { records_deleted: 2 },
          details: {},
        }),
        sampleEvent({
          event_type: "migration_failure",
          metrics: { records_migrated: 5 },
          details: {},
        }),
        sampleEvent({ event_type: "cleanup_start", metrics: { records_deleted: 100 } }),
        sampleEvent({ event_type: "health_check", metrics: { duration_seconds: 100 } }),
      ],
      sendContext(),
    );
    const scraped = await scrape(notifier);
    const sum = (operation: string, outcome: string) =>
      scraped.value(`${prefix}operation_records_sum`, { operation, outcome });
    expect(sum("cleanup", "success")).toBe(3);
    expect(sum("cleanup", "failure")).toBe(2);
    expect(sum("migration", "failure")).toBe(5);
    expect(scraped.value(`${prefix}records_total`, { operation: "cleanup" })).toBe(5);
    // Only the cleanup_success event says how long it took: by the sample's `details.duration`.
    const counts = scraped.series(`${prefix}operation_duration_seconds_count`);
    expect(counts.reduce((total, { value }) => total + value, 0)).toBe(1);
  });

  it.each([
    [{ duration_seconds: 2 }, { duration_seconds: 3, duration: 4 }, 2],
    [{}, { duration_seconds: 3, duration: 4 }, 3],
    [{}, { duration: 4 }, 4],
    [{ duration: 9 }, {}, 0],
    [{}, { duration: "4" }, 0],
    [{}, {}, 0],
  ])("look for the duration in metrics %o, then details %o", async (metrics, details, seconds) => {
    const notifier = prometheus();
    await notifier.send([sampleEvent({ metrics, details })], sendContext());
    const scraped = await scrape(notifier);
    expect(scraped.value(`${prefix}operation_duration_seconds_sum`, synced)).toBe(seconds);
    expect(scraped.value(`${prefix}invalid_observations_total`)).toBe(0);
  });

  it("look for the records in the details, where the guide's first sample has them", async () => {
    const notifier = prometheus();
    const details = { records_synced: 1_000 };
    await notifier.send([sampleEvent({ metrics: {}, details })], sendContext());
    expect((await scrape(notifier)).value(`${prefix}records_total`, { operation: "sync" })).toBe(
      1_000,
    );
  });

  it("give an operation of yours a label when its event type is listed, else `other`", async () => {
    const notifier = prometheus({ eventTypes: ["backup_success"] });
    const metrics = { records_processed: 7 };
    for (const event_type of ["backup_success", "backup_failure", "export_success"])
      await notifier.send([sampleEvent({ event_type, metrics })], sendContext());
    const records = (await scrape(notifier))
      .series(`${prefix}records_total`)
      .map(({ labels, value }) => [labels.operation, value]);
    expect(Object.fromEntries(records)).toEqual({
      sync: 0,
      cleanup: 0,
      migration: 0,
      backup: 14,
      other: 7,
    });
  });

  it.each(["constructor_success", "__proto___success", "toString_failure"])(
    "are not led astray by an operation called %s",
    async (event_type) => {
      const notifier = prometheus();
      await notifier.send([sampleEvent({ event_type, metrics: { records: 2 } })], sendContext());
      expect((await scrape(notifier)).value(`${prefix}records_total`, { operation: "other" })).toBe(
        2,
      );
    },
  );

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300])(
    "trap 65: a value of %d is ignored and counted, for duration and records",
    async (value) => {
      const notifier = prometheus();
      const metrics = { duration_seconds: value, records_synced: value };
      await notifier.send([sampleEvent({ metrics })], sendContext());
      const text = await notifier.metrics();
      expect(text).not.toMatch(/ [+-]?(nan|inf)$/im);
      const scraped = await scrape(notifier);
      expect(scraped.value(`${prefix}operation_duration_seconds_count`, synced)).toBe(0);
      expect(scraped.value(`${prefix}records_total`, { operation: "sync" })).toBe(0);
      expect(scraped.value(`${prefix}invalid_observations_total`)).toBe(2);
    },
  );

  it("trap 65: a metric that core left out as not finite is counted", async () => {
    const notifier = prometheus();
    const details = { invalid_metrics: ["duration_seconds", "something_else"] };
    await notifier.send([sampleEvent({ metrics: {}, details })], sendContext());
    expect(await invalid(notifier)).toBe(1);
  });

  it("stay finite whatever the events say", async () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.MAX_VALUE));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ duration_seconds: number, records_synced: number }), { minLength: 1 }),
        async (all) => {
          const notifier = prometheus();
          for (const metrics of all) await notifier.send([sampleEvent({ metrics })], sendContext());
          expect(await notifier.metrics()).not.toMatch(/ [+-]?(nan|inf)$/im);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("move the time of the last success forward only", async () => {
    const notifier = prometheus();
    const at = async (timestamp: string) => {
      await notifier.send([sampleEvent({ timestamp })], sendContext());
      return (await scrape(notifier)).value(`${prefix}operation_last_success_timestamp_seconds`, {
        operation: "sync",
      });
    };
    const noon = Date.parse("2025-08-29T12:00:00.000Z") / 1_000;
    expect(await at("2025-08-29T12:00:00.000Z")).toBe(noon);
    expect(await at("2025-08-29T11:00:00.000Z")).toBe(noon);
    expect(await at("2025-08-29T12:00:01.500Z")).toBe(noon + 1.5);
    expect(await at("no time at all")).toBe(noon + 1.5);
    expect(await invalid(notifier)).toBe(1);
  });

  it("take an event from the future as of now, so that it cannot silence an alert", async () => {
    const { host } = fakeHost(Date.parse("2025-08-29T12:00:00.000Z"));
    const notifier = prometheus();
    notifier.attach?.(host);
    await notifier.send([sampleEvent({ timestamp: "9999-01-01T00:00:00.000Z" })], sendContext());
    const value = (await scrape(notifier)).value(
      `${prefix}operation_last_success_timestamp_seconds`,
    );
    expect(value).toBe(Date.parse("2025-08-29T12:00:00.000Z") / 1_000);
  });

  it("trap 69: known operations stand at 0, and have no time of success before the first", async () => {
    const scraped = await scrape(prometheus());
    for (const operation of ["sync", "cleanup", "migration", "other"]) {
      expect(scraped.value(`${prefix}records_total`, { operation })).toBe(0);
      for (const outcome of ["success", "failure"]) {
        const labels = { operation, outcome };
        expect(scraped.value(`${prefix}operation_duration_seconds_count`, labels)).toBe(0);
        expect(scraped.value(`${prefix}operation_records_count`, labels)).toBe(0);
      }
    }
    expect(scraped.series(`${prefix}operation_last_success_timestamp_seconds`)).toEqual([]);
  });

  it("trap 70: durations are seconds, as the names say", async () => {
    const families = (await scrape(prometheus())).families.map(({ name }) => name);
    expect(families.filter((name) => /_(ms|millis|minutes)/.test(name))).toEqual([]);
    const times = families.filter((name) => /duration|timestamp/.test(name));
    expect(times.length).toBe(5);
    expect(times.filter((name) => !name.endsWith("_seconds"))).toEqual([]);
  });

  it("count nothing of a batch that was aborted before it began", async () => {
    const notifier = prometheus();
    const refused = Promise.resolve(
      notifier.send([sampleEvent()], sendContext({ signal: AbortSignal.abort() })),
    );
    await expect(refused).rejects.toSatisfy(
      (error) => DeliveryError.is(error) && error.code === "aborted",
    );
    expect((await scrape(notifier)).value(`${prefix}records_total`, { operation: "sync" })).toBe(0);
  });
});
