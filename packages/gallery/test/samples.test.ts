import { EventLevel, EventType } from "@datasync-monitor/core";
import { beforeAll, describe, expect, it } from "vitest";
import { collect } from "../src/collect/collect.ts";
import { deliver, type Exhibit } from "../src/collect/deliver.ts";
import { exhibitors } from "../src/collect/exhibitors.ts";
import type { Exhibitor } from "../src/collect/stall.ts";
import { digests, matrix } from "../src/samples/samples.ts";

const named = (name: string): Exhibitor => {
  const found = exhibitors.find((exhibitor) => exhibitor.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
};

let exhibits: readonly Exhibit[] = [];

beforeAll(async () => {
  exhibits = await collect();
});

describe("the samples", () => {
  it.each(["zh-CN", "en"] as const)("tell every type at every level in %s", (locale) => {
    const told = matrix(locale).map(
      ({ events: [event] }) => `${event?.event_type}.${event?.level}`,
    );
    const wanted = Object.values(EventType).flatMap((type) =>
      Object.values(EventLevel).map((level) => `${type}.${level}`),
    );
    expect(told).toEqual(wanted);
    expect(new Set(told).size).toBe(52);
  });

  it.each(["zh-CN", "en"] as const)("say something else each time in %s", (locale) => {
    const said = matrix(locale).flatMap(({ events }) => events.map(({ message }) => message));
    expect(new Set(said).size).toBe(said.length);
  });

  it("fill one chat message with their longest digest", () => {
    expect(digests("en").map(({ events }) => events.length)).toEqual([6, 20]);
  });
});

describe("what is collected", () => {
  it("shows each sample once at each receiver and in each of its languages", () => {
    const wanted = exhibitors.flatMap(({ name, locales, samples }) =>
      locales.flatMap((locale) => samples(locale).map(({ id }) => `${id}.${name}.${locale}`)),
    );
    const shown = exhibits.map(({ exhibitor, locale, sample }) =>
      [sample.id, exhibitor, locale].join("."),
    );
    expect(shown).toEqual(wanted);
  });

  it("shows a digest as one message", () => {
    const split = exhibits.filter(({ arrivals }) => arrivals.length !== 1);
    expect(split).toEqual([]);
  });

  it("is the same each time", async () => {
    const again = await deliver(named("slack"), "en", matrix("en"));
    const first = exhibits.filter(
      ({ exhibitor, locale, sample }) =>
        exhibitor === "slack" && locale === "en" && !["digest", "probes"].includes(sample.type),
    );
    expect(again).toEqual(first);
  });

  it("is an error where a destination refuses a sample", async () => {
    const slack = named("slack");
    const broken: Exhibitor = {
      ...slack,
      async open(locale) {
        const stall = await slack.open(locale);
        await stall.close(); // nobody listens any more
        return stall;
      },
    };
    await expect(deliver(broken, "en", matrix("en"))).rejects.toThrow(
      "slack was refused: unavailable",
    );
  });
});
