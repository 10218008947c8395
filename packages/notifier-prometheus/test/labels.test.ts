import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attached } from "./support/attached.ts";
import { parseExposition } from "./support/exposition.ts";
import { attempt, receiverStats } from "./support/fake-host.ts";
import { scrape } from "./support/scrape.ts";

const prefix = "datasync_monitor_";

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
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 20, size: "max" }),
        async (names) => {
          const { notifier, show } = attached();
          show({ receivers: names.map((name, n) => receiverStats({ name, delivered: n + 1 })) });
          const scraped = parseExposition(await notifier.metrics());
          const series = scraped.series(`${prefix}deliveries_total`, { outcome: "delivered" });
          expect(series.map(({ value }) => value)).toEqual(names.map((_, n) => n + 1));
          expect(new Set(series.map(({ labels }) => labels.receiver)).size).toBe(names.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});
