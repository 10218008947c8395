import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { attached } from "./support/attached.ts";
import { attempt, receiverStats } from "./support/fake-host.ts";
import { scrape } from "./support/scrape.ts";

const prefix = "datasync_monitor_";

describe("delivery health", () => {
  it("shows the fates, drops, deaths and attempts of every receiver", async () => {
    const { notifier, show } = attached();
    show({
      receivers: [
        receiverStats({
          name: "ops",
          delivered: 10,
          filtered: 20,
          folded: 3,
          moved: 4,
          dropped: { overflow: 5, closed: 1 },
          dead: { expired: 2, "brand-new": 7 },
          attempts: { ...receiverStats().attempts, delivered: 6, "rate-limited": 8 },
        }),
        receiverStats({ name: "console", delivered: 1 }),
      ],
    });
    const scraped = await scrape(notifier);
    const of = (name: string, label: string) =>
      Object.fromEntries(
        scraped
          .series(`${prefix}${name}`, { receiver: "ops" })
          .map(({ labels, value }) => [labels[label], value]),
      );
    expect(of("deliveries_total", "outcome")).toEqual({
      delivered: 10,
      filtered: 20,
      folded: 3,
      moved: 4,
      dropped: 6,
      dead: 9,
    });
    expect(of("events_dropped_total", "reason")).toEqual({
      overflow: 5,
      closed: 1,
      unregistered: 0,
      discarded: 0,
    });
    expect(of("deliveries_dead_total", "reason")).toMatchObject({ expired: 2, other: 7 });
    expect(of("delivery_attempts_total", "outcome")).toMatchObject({
      delivered: 6,
      "rate-limited": 8,
      ambiguous: 0,
    });
    const console = { receiver: "console", outcome: "delivered" };
    expect(scraped.value(`${prefix}deliveries_total`, console)).toBe(1);
  });

  it("shows queue, capacity, pending and the last delivery", async () => {
    const { notifier, show } = attached();
    const queue = { events: 12, bytes: 900, max_events: 2_000, max_bytes: 4_194_304 };
    const last_success_at = "2025-08-29T10:30:00.250Z";
    show({ receivers: [receiverStats({ queue, pending: 15, last_success_at })] });
    const scraped = await scrape(notifier);
    expect(scraped.value(`${prefix}queue_length`, { receiver: "feishu" })).toBe(12);
    expect(scraped.value(`${prefix}queue_capacity`, { receiver: "feishu" })).toBe(2_000);
    expect(scraped.value(`${prefix}pending`, { receiver: "feishu" })).toBe(15);
    expect(scraped.value(`${prefix}last_delivery_timestamp_seconds`)).toBe(
      Date.parse(last_success_at) / 1_000,
    );
  });

  it("shows what is under way and what outlived its deadline, added up", async () => {
    const { notifier, show } = attached({ maxReceivers: 1 });
    show({
      receivers: [
        receiverStats({ name: "ops", in_flight: 3, overdue: 1 }),
        receiverStats({ name: "a", in_flight: 2 }),
        receiverStats({ name: "b", in_flight: 5, overdue: 4 }),
      ],
    });
    await scrape(notifier); // what it showed is not added to what it shows next
    const scraped = await scrape(notifier);
    const of = (name: string) =>
      scraped.series(`${prefix}${name}`).map(({ labels, value }) => [labels.receiver, value]);
    expect(of("delivery_attempts_in_flight")).toEqual([
      ["ops", 3],
      ["other", 7],
    ]);
    expect(of("delivery_attempts_overdue")).toEqual([
      ["ops", 1],
      ["other", 4],
    ]);
  });

  it("shows until when a receiver pauses, and nothing once it does not", async () => {
    const { notifier, show } = attached();
    const at = async (paused_until: string | null) => {
      show({ receivers: [receiverStats({ paused_until })] });
      const labels = { receiver: "feishu" };
      return (await scrape(notifier)).value(`${prefix}paused_until_timestamp_seconds`, labels);
    };
    expect(await at(null)).toBeUndefined();
    expect(await at("2025-08-29T10:30:00.500Z")).toBe(1_756_463_400.5);
    expect(await at(null)).toBeUndefined();
  });

  it("shows whether the store fails, and what waits for it", async () => {
    const { notifier, show } = attached();
    const at = async (failing: boolean, uncommitted: number) => {
      show({ store: { durable: true, failing, uncommitted } });
      const scraped = await scrape(notifier);
      return ["store_failing", "store_uncommitted_rows"].map((name) =>
        scraped.value(`${prefix}${name}`),
      );
    };
    expect(await at(false, 0)).toEqual([0, 0]);
    expect(await at(true, 250)).toEqual([1, 250]);
    expect(await at(false, 3)).toEqual([0, 3]);
  });

  it("shows the stores of two monitors as one: failing if one does, what waits added up", async () => {
    const registry = new Registry();
    const [left, right] = [attached({ registry }), attached({ registry })];
    left.show({ store: { durable: true, failing: true, uncommitted: 2 } });
    right.show({ store: { durable: false, failing: false, uncommitted: 5 } });
    const scraped = await scrape(left.notifier);
    expect(scraped.value(`${prefix}store_failing`)).toBe(1);
    expect(scraped.value(`${prefix}store_uncommitted_rows`)).toBe(7);
  });

  it.each([
    ["closed", 0, [1, 0, 0]],
    ["open", 1, [0, 1, 0]],
    ["half-open", 1, [0, 0, 1]],
    [null, undefined, []],
  ] as const)("shows a breaker that is %s", async (breaker, open, states) => {
    const { notifier, show } = attached();
    show({ receivers: [receiverStats({ breaker: "open" })] });
    await scrape(notifier);
    show({ receivers: [receiverStats({ breaker })] });
    const scraped = await scrape(notifier);
    expect(scraped.value(`${prefix}breaker_open`)).toBe(open);
    expect(scraped.series(`${prefix}breaker_state`).map(({ value }) => value)).toEqual(states);
  });

  it("measures attempts as they are told", async () => {
    const { notifier, tell } = attached();
    tell(attempt("feishu", 0.2));
    tell(attempt("feishu", 4));
    tell({ kind: "paused", receiver: "feishu", seconds: 30 });
    const scraped = await scrape(notifier);
    const name = `${prefix}delivery_duration_seconds`;
    expect(scraped.value(`${name}_count`, { receiver: "feishu" })).toBe(2);
    expect(scraped.value(`${name}_sum`, { receiver: "feishu" })).toBe(4.2);
    expect(scraped.value(`${name}_bucket`, { receiver: "feishu", le: "1" })).toBe(1);
  });

  it("measures an attempt that took no time that the clock could see", async () => {
    const { notifier, tell } = attached();
    tell(attempt("feishu", 0));
    const scraped = await scrape(notifier);
    const feishu = { receiver: "feishu" };
    expect(scraped.value(`${prefix}delivery_duration_seconds_count`, feishu)).toBe(1);
    expect(scraped.value(`${prefix}invalid_observations_total`)).toBe(0);
  });

  it("trap 69: a receiver that was never used stands at 0, without a last delivery", async () => {
    const { notifier, show } = attached();
    show({ receivers: [receiverStats()] });
    const scraped = await scrape(notifier);
    const values = (name: string) => scraped.series(`${prefix}${name}`).map(({ value }) => value);
    expect(values("deliveries_total")).toEqual([0, 0, 0, 0, 0, 0]);
    expect(values("delivery_attempts_total")).toEqual(Array(9).fill(0));
    expect(values("events_dropped_total")).toEqual(Array(4).fill(0));
    expect(values("deliveries_dead_total")).toEqual(Array(5).fill(0));
    expect(values("delivery_duration_seconds_count")).toEqual([0]);
    expect(values("breaker_open")).toEqual([0]);
    expect(values("last_delivery_timestamp_seconds")).toEqual([]);
    expect(values("paused_until_timestamp_seconds")).toEqual([]);
    expect(values("delivery_attempts_in_flight")).toEqual([0]);
    expect(values("delivery_attempts_overdue")).toEqual([0]);
    expect(values("store_failing")).toEqual([0]);
    expect(values("store_uncommitted_rows")).toEqual([0]);
  });

  it("trap 70: a duration from a clock that jumped back is ignored and counted", async () => {
    const { notifier, tell } = attached();
    for (const seconds of [-0.5, Number.NaN, Number.POSITIVE_INFINITY])
      tell(attempt("ops", seconds));
    const scraped = await scrape(notifier);
    expect(scraped.value(`${prefix}delivery_duration_seconds_count`)).toBe(0);
    expect(scraped.value(`${prefix}invalid_observations_total`)).toBe(3);
  });

  it("trap 65: numbers that are none reach no gauge and no counter", async () => {
    const { notifier, show } = attached();
    const queue = { events: Number.NaN, bytes: 0, max_events: 2_000, max_bytes: 0 };
    const dead = { expired: Number.NaN, payload: 1 };
    const times = { last_success_at: "yesterday", paused_until: "tomorrow" };
    show({
      receivers: [receiverStats({ queue, dead, in_flight: Number.NaN, ...times })],
      store: { durable: true, failing: false, uncommitted: Number.NaN },
    });
    const scraped = await scrape(notifier);
    expect(await notifier.metrics()).not.toMatch(/ [+-]?(nan|inf)$/im);
    expect(scraped.value(`${prefix}deliveries_dead_total`, { reason: "payload" })).toBe(1);
    expect(scraped.value(`${prefix}queue_capacity`)).toBe(2_000);
    // Three gauges, the sum of the deaths, one reason of death, two times.
    expect(scraped.value(`${prefix}invalid_observations_total`)).toBe(7);
  });

  it("counts no death twice when dead deliveries are replayed", async () => {
    const { notifier, show } = attached();
    const at = async (delivered: number, expired: number) => {
      show({ receivers: [receiverStats({ taken: 100, delivered, dead: { expired } })] });
      const scraped = await scrape(notifier);
      return [
        scraped.value(`${prefix}deliveries_dead_total`, { reason: "expired" }),
        scraped.value(`${prefix}deliveries_total`, { outcome: "dead" }),
        scraped.value(`${prefix}deliveries_total`, { outcome: "delivered" }),
      ];
    };
    expect(await at(0, 100)).toEqual([100, 100, 0]);
    expect(await at(9, 90)).toEqual([100, 100, 9]);
    expect(await at(9, 91)).toEqual([101, 101, 9]);
  });

  it("goes on counting when a receiver is registered anew between two scrapes", async () => {
    const { notifier, show } = attached();
    const at = async (taken: number) => {
      show({ receivers: [receiverStats({ taken, delivered: taken })] });
      const labels = { outcome: "delivered" };
      return (await scrape(notifier)).value(`${prefix}deliveries_total`, labels);
    };
    expect(await at(50)).toBe(50);
    expect(await at(3)).toBe(53);
    expect(await at(4)).toBe(54);
  });

  it("counts once what two of one name have, of which one has left and waits for the store", async () => {
    const { notifier, show } = attached();
    const old = (delivered: number) =>
      receiverStats({ name: "ops", taken: 100, delivered, pending: 100 - delivered });
    const anew = (taken: number) => receiverStats({ name: "ops", taken, delivered: taken });
    const delivered = async () =>
      (await scrape(notifier)).value(`${prefix}deliveries_total`, {
        receiver: "ops",
        outcome: "delivered",
      });
    const counts: (number | undefined)[] = [];
    for (const receivers of [
      [old(90)],
      [old(90), anew(3)],
      [old(90), anew(3)],
      [old(95), anew(4)],
    ]) {
      show({ receivers });
      counts.push(await delivered(), await delivered());
    }
    show({ receivers: [anew(6)] });
    counts.push(await delivered(), await delivered());
    expect(counts).toEqual([90, 90, 93, 93, 93, 93, 99, 99, 101, 101]);
  });

  it("keeps the counts and drops the gauges of a receiver that has gone", async () => {
    const { notifier, show } = attached();
    const at = async (...receivers: ReturnType<typeof receiverStats>[]) => {
      show({ receivers });
      const scraped = await scrape(notifier);
      return [
        scraped.value(`${prefix}deliveries_total`, { outcome: "delivered" }),
        scraped.value(`${prefix}pending`),
      ];
    };
    expect(await at(receiverStats({ delivered: 5, pending: 2 }))).toEqual([5, 2]);
    expect(await at()).toEqual([5, undefined]);
    // Registered anew, its books begin at 0; what they show now was all added since.
    expect(await at(receiverStats({ delivered: 6, pending: 1 }))).toEqual([11, 1]);
  });
});
