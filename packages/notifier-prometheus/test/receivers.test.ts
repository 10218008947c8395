import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PrometheusOptions, prometheus } from "../src/index.ts";
import { parseExposition } from "./support/exposition.ts";
import { attempt, fakeHost, receiverStats } from "./support/fake-host.ts";
import { scrape } from "./support/scrape.ts";

const prefix = "datasync_monitor_";

const attached = (options: PrometheusOptions = {}) => {
  const fake = fakeHost();
  const notifier = prometheus(options);
  notifier.attach?.(fake.host);
  return { ...fake, notifier };
};

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
  });

  it("trap 70: a duration from a clock that jumped back is ignored and counted", async () => {
    const { notifier, tell } = attached();
    for (const seconds of [-0.5, Number.NaN, Number.POSITIVE_INFINITY])
      tell(attempt("ops", seconds));
    const scraped = await scrape(notifier);
    expect(scraped.series(`${prefix}delivery_duration_seconds_count`)).toEqual([]);
    expect(scraped.value(`${prefix}invalid_observations_total`)).toBe(3);
  });

  it("trap 65: numbers that are none reach no gauge and no counter", async () => {
    const { notifier, show } = attached();
    const queue = { events: Number.NaN, bytes: 0, max_events: 2_000, max_bytes: 0 };
    const dead = { expired: Number.NaN, payload: 1 };
    show({ receivers: [receiverStats({ queue, dead, last_success_at: "yesterday" })] });
    const scraped = await scrape(notifier);
    expect(await notifier.metrics()).not.toMatch(/ [+-]?(nan|inf)$/im);
    expect(scraped.value(`${prefix}deliveries_dead_total`, { reason: "payload" })).toBe(1);
    expect(scraped.value(`${prefix}queue_capacity`)).toBe(2_000);
    // The gauge, the sum of the deaths, one reason of death, the last delivery.
    expect(scraped.value(`${prefix}invalid_observations_total`)).toBe(4);
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

describe("receiver labels", () => {
  it("are bounded by maxReceivers; those that come later share `other`", async () => {
    const { notifier, show, tell } = attached({ maxReceivers: 2 });
    const receivers = Array.from({ length: 500 }, (_, n) =>
      receiverStats({ name: `callback-${n}`, delivered: 1, pending: 2, breaker: "open" }),
    );
    show({ receivers });
    await scrape(notifier);
    for (const { name } of receivers) tell(attempt(name, 0.1));
    const scraped = await scrape(notifier);
    const delivered = scraped
      .series(`${prefix}deliveries_total`, { outcome: "delivered" })
      .map(({ labels, value }) => [labels.receiver, value]);
    expect(Object.fromEntries(delivered)).toEqual({ "callback-0": 1, "callback-1": 1, other: 498 });
    expect(scraped.value(`${prefix}pending`, { receiver: "other" })).toBe(996);
    expect(scraped.value(`${prefix}breaker_open`, { receiver: "other" })).toBe(1);
    expect(scraped.value(`${prefix}delivery_duration_seconds_count`, { receiver: "other" })).toBe(
      498,
    );
  });

  it("do not go down in `other` when one of many leaves", async () => {
    const { notifier, show } = attached({ maxReceivers: 1 });
    const ops = receiverStats({ name: "ops" });
    const a = receiverStats({ name: "a", delivered: 10 });
    const b = receiverStats({ name: "b", delivered: 5 });
    const other = async () =>
      (await scrape(notifier)).value(`${prefix}deliveries_total`, {
        receiver: "other",
        outcome: "delivered",
      });
    show({ receivers: [ops, a, b] });
    expect(await other()).toBe(15);
    show({ receivers: [ops, b] });
    expect(await other()).toBe(15);
  });

  it.each([
    ['a"\n\\', 'a" \\'],
    ["a\rb\u0000c\u2028d", "a b c d"],
    ["\u202eevil", "evil"],
    ['x"} 1\nevil_total 999', 'x"} 1 evil_total 999'],
    ["", "unnamed"],
    ["lone \ud800 surrogate", "lone \ufffd surrogate"],
    ["飞书 🚀", "飞书 🚀"],
    ["other", "other#2"],
    ["x".repeat(1_000), `${"x".repeat(99)}…`],
    [['x"} 1\nevil_total 999'], "other"],
    [{ toString: () => "evil" }, "other"],
    [42, "other"],
    [undefined, "other"],
    [null, "other"],
  ])("trap 63: a receiver called %j is shown as %j and injects nothing", async (name, label) => {
    const { notifier, show, tell } = attached();
    show({ receivers: [receiverStats({ name: name as string, delivered: 3 })] });
    tell(attempt(name as string, 1));
    const text = await notifier.metrics();
    expect(text).not.toMatch(/^evil_total/m);
    expect(text).not.toContain("\r");
    const scraped = await scrape(notifier);
    const [series] = scraped.series(`${prefix}deliveries_total`, { outcome: "delivered" });
    expect(series).toMatchObject({ labels: { receiver: label }, value: 3 });
  });

  it("trap 64: names that hold `,label:` are still two series", async () => {
    const { notifier, show } = attached();
    show({
      receivers: [
        receiverStats({ name: "1,outcome:dead,receiver:2", delivered: 1 }),
        receiverStats({ name: "2", delivered: 2 }),
        receiverStats({ name: "1,b:2", delivered: 3 }),
        receiverStats({ name: "1,state:open", delivered: 4 }),
        receiverStats({ name: "1", delivered: 5 }),
      ],
    });
    const scraped = await scrape(notifier);
    expect(
      scraped
        .series(`${prefix}deliveries_total`, { outcome: "delivered" })
        .map(({ value }) => value),
    ).toEqual([1, 2, 3, 4, 5]);
    expect(scraped.series(`${prefix}breaker_state`)).toHaveLength(15);
  });

  it("traps 63 and 64: any set of names gives one series each, in text that parses", async () => {
    const hostile = fc.constantFrom(
      ",",
      ":",
      "receiver:",
      ",outcome:dead",
      '"',
      "\\",
      "\n",
      "a",
      "#2",
    );
    const name = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(hostile).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), async (names) => {
        const { notifier, show } = attached();
        show({ receivers: names.map((name, n) => receiverStats({ name, delivered: n + 1 })) });
        const scraped = parseExposition(await notifier.metrics());
        const series = scraped.series(`${prefix}deliveries_total`, { outcome: "delivered" });
        expect(series.map(({ value }) => value)).toEqual(names.map((_, n) => n + 1));
        expect(new Set(series.map(({ labels }) => labels.receiver)).size).toBe(names.length);
      }),
      { numRuns: 50 },
    );
  });
});
