import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventType, type MonitorEvent } from "../src/event.ts";
import { measureOf, measures } from "../src/measures.ts";
import { Aggregates } from "../src/store/aggregates.ts";
import { eventAt, hour } from "./support/store-kit.ts";

const day = 24 * hour;
const noon = Date.UTC(2025, 7, 29, 12);

const filed = (
  events: readonly MonitorEvent[],
  { began = 0, now = noon }: { readonly began?: number; readonly now?: number } = {},
): Aggregates => {
  const aggregates = new Aggregates(began);
  for (const event of events) aggregates.file(event, now);
  return aggregates;
};

const ask = (
  aggregates: Aggregates,
  {
    types = ["sync_success"],
    since = 0,
    until = noon,
    now = noon,
  }: {
    readonly types?: readonly string[];
    readonly since?: number;
    readonly until?: number;
    readonly now?: number;
  } = {},
) => aggregates.query({ types, since, until, metrics: measures }, now);

describe("a measure of an event", () => {
  it("is read from metrics, else from details when it is a finite number there", () => {
    const read = (metrics: MonitorEvent["metrics"], details: MonitorEvent["details"]) =>
      measureOf(eventAt(1, noon, { metrics, details }), "records_synced");
    expect(read({ records_synced: 5 }, { records_synced: 6 })).toBe(5);
    expect(read({}, { records_synced: 6 })).toBe(6);
    expect(read({ records_synced: 0 }, { records_synced: 6 })).toBe(0);
    expect(read({ records_synced: Number.NaN }, { records_synced: 6 })).toBe(6);
    expect(read({}, { records_synced: "6" })).toBeUndefined();
    expect(read({}, { records_synced: { count: 6 } })).toBeUndefined();
    expect(read({}, {})).toBeUndefined();
    expect(measureOf(eventAt(1, noon), "constructor")).toBeUndefined();
  });
});

describe("aggregates", () => {
  it("agree with a count of the events, for any window on full hours", () => {
    const event = fc.record({
      at: fc.integer({ min: noon - 40 * day, max: noon }),
      type: fc.constantFrom("sync_success", "sync_failure", "invoice.paid"),
      metrics: fc.dictionary(fc.constantFrom(...measures), fc.integer({ min: -50, max: 5_000 })),
    });
    const type = fc.constantFrom("sync_success", "sync_failure", "invoice.paid", "constructor");
    const window = fc.integer({ min: 1, max: 31 * 24 });
    fc.assert(
      fc.property(fc.array(event), fc.uniqueArray(type), window, (inputs, types, hours) => {
        const events = inputs.map(({ at, type: event_type, metrics }, n) =>
          eventAt(n, at, { event_type, metrics }),
        );
        const since = noon - hours * hour;
        const answer = ask(filed(events), { types, since });
        const inside = events.filter(
          ({ event_type, timestamp }) =>
            types.some((type) => type === event_type) && Date.parse(timestamp) >= since,
        );
        const counts = Object.entries(answer.types).map(([name, { count }]) => [name, count]);
        expect(Object.fromEntries(counts)).toEqual(
          inside.reduce<Record<string, number>>((all, { event_type }) => {
            all[event_type] = (all[event_type] ?? 0) + 1;
            return all;
          }, {}),
        );
        for (const measure of measures) {
          const values = inside.flatMap(({ metrics }) => metrics[measure] ?? []);
          const { count = 0, sum = 0, max } = answer.metrics[measure] ?? {};
          expect([count, sum]).toEqual([values.length, values.reduce((a, b) => a + b, 0)]);
          if (max !== undefined) expect(max).toBe(Math.max(...values));
        }
      }),
    );
  });

  it("know the last event of a type by its timestamp, and of equals the one filed last", () => {
    const events = [
      eventAt(1, noon - 5),
      eventAt(2, noon - 3),
      eventAt(3, noon - 3),
      eventAt(4, noon - 9),
    ];
    expect(ask(filed(events)).types.sync_success?.last).toBe(events[2]);
  });

  it("leave out a type that occurred only outside the window", () => {
    const aggregates = filed([eventAt(1, noon - 3 * hour)]);
    expect(ask(aggregates, { since: noon - 2 * hour }).types).toEqual({});
    expect(ask(aggregates, { since: noon - 3 * hour }).types.sync_success?.count).toBe(1);
  });

  it("file an event from the future, or of no time at all, under the moment it came", () => {
    const aggregates = filed([
      eventAt(1, noon + 400 * day),
      { ...eventAt(2, noon), timestamp: "no time" },
    ]);
    expect(ask(aggregates, { since: noon }).types.sync_success?.count).toBe(2);
  });

  it("forget nothing of the month for an hour in which the clock is far ahead", () => {
    const aggregates = filed([eventAt(1, noon - day), eventAt(2, noon)]);
    const ahead = noon + 400 * day;
    aggregates.file(eventAt(3, ahead), ahead);
    aggregates.file(eventAt(4, ahead + 1), ahead + 1);
    aggregates.file(eventAt(5, noon), noon);
    expect(ask(aggregates).types.sync_success?.count).toBe(3);
  });

  it("know the latest event again after the clock was far ahead and is set right", () => {
    const aggregates = new Aggregates(0);
    const dead = eventAt(1, noon + 400 * day);
    const fine = eventAt(2, noon);
    aggregates.file(dead, noon + 400 * day);
    aggregates.file(fine, noon);
    aggregates.file(eventAt(3, noon - day), noon);
    expect(ask(aggregates).types.sync_success?.last).toBe(fine);
  });

  it("are whole from when they began, or from 31 days ago if that is later", () => {
    const began = noon - 90 * 60_000;
    expect(ask(filed([], { began })).complete_since).toBe(began);
    expect(ask(filed([], { began: noon - 400 * day })).complete_since).toBe(noon - 31 * day);
    const late = noon + 31 * 60_000;
    expect(ask(filed([]), { now: late }).complete_since).toBe(noon - 31 * day);
  });

  it("forget hours beyond 31 days, also when they are asked for", () => {
    const aggregates = filed([eventAt(1, noon - 31 * day), eventAt(2, noon - 31 * day - 1)]);
    expect(ask(aggregates).types.sync_success?.count).toBe(1);
    aggregates.file(eventAt(3, noon + hour), noon + hour);
    const later = { now: noon + hour, until: noon + hour };
    expect(ask(aggregates, later).types.sync_success).toMatchObject({
      count: 1,
      last: { message: "event 3" },
    });
  });

  it("go on counting after months without an event", () => {
    const aggregates = filed([eventAt(1, noon), eventAt(2, noon)]);
    const now = noon + 100 * day + 3 * hour;
    for (const n of [3, 4, 5]) aggregates.file(eventAt(n, now), now);
    expect(ask(aggregates, { now, until: now }).types.sync_success?.count).toBe(3);
  });

  it("count types beyond two hundred as other, and the guide's own always by their names", () => {
    const aggregates = new Aggregates(0);
    const typed = (n: number, event_type: string) => eventAt(n, noon, { event_type });
    for (let n = 0; n < 500; n += 1) aggregates.file(typed(n, `type_${n}`), noon);
    const guide = Object.values(EventType);
    for (const type of guide) aggregates.file(typed(1_000, type), noon);
    const types = ["type_0", "type_186", "type_187", "type_499", "other", ...guide];
    const counts = Object.entries(ask(aggregates, { types }).types).map(([type, { count }]) => [
      type,
      count,
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      type_0: 1,
      type_186: 1,
      other: 313,
      ...Object.fromEntries(guide.map((type) => [type, 1])),
    });
  });

  it("forget the oldest hours, and say so, rather than grow without bounds", () => {
    const aggregates = new Aggregates(noon - 10 * day, 1_840);
    for (let at = noon - 10 * day; at <= noon; at += hour) {
      for (let n = 0; n < 80; n += 1) {
        const metrics = { duration_seconds: 1e-6 * 1.021 ** n };
        aggregates.file(eventAt(n, at, { metrics }), at);
      }
    }
    // An hour costs 8, its sketch 16, and its 80 buckets 160: ten hours fit.
    const { complete_since, types } = ask(aggregates);
    expect(complete_since).toBe(noon - 9 * hour);
    expect(types.sync_success?.count).toBe(10 * 80);
  });

  it("reach back 31 days for ever when every month fits the bounds", () => {
    const aggregates = new Aggregates(0, 20_000);
    const metrics = { duration_seconds: 5 };
    for (let at = noon - 100 * day; at <= noon; at += hour) {
      aggregates.file(eventAt(1, at, { metrics }), at);
    }
    const { complete_since, types } = ask(aggregates);
    expect(complete_since).toBe(noon - 31 * day);
    expect(types.sync_success?.count).toBe(31 * 24 + 1);
  });

  it("have no type and no measure that nobody told of", () => {
    const { types, metrics } = ask(filed([]), { types: ["constructor"] });
    expect([types.constructor, metrics.constructor]).toEqual([undefined, undefined]);
  });

  it("keep the current hour, whatever it holds", () => {
    const aggregates = new Aggregates(noon, 10);
    for (const n of [1, 2, 3]) {
      aggregates.file(eventAt(n, noon, { metrics: { duration_seconds: 10 ** n } }), noon);
    }
    expect(ask(aggregates)).toMatchObject({
      complete_since: noon,
      types: { sync_success: { count: 3 } },
    });
  });
});
