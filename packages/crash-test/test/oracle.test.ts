import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Scenario } from "../src/run/run.ts";
import type { Lie } from "../src/settings.ts";
import { cycle } from "./support/run.ts";

/** A process that lies is at work for a while, and is killed. */
const lying =
  (lie: Lie, workMs: number): Scenario =>
  async (one) => {
    const life = one.start({ events: 60, lie });
    await life.said("committed", { matches: ({ count }) => count === 60 });
    await sleep(workMs);
    await life.kill();
  };

/** One that says so of its store while nobody can be reached. */
const forgetting: Scenario = async (one) => {
  await one.shut();
  await lying("forgets-events", 0)(one);
};

/** Kinds of violations, by their first words. */
const kindsIn = (violations: readonly string[]): readonly string[] => [
  ...new Set(violations.map((text) => text.split(/[:,]| at | by /)[0] ?? "")),
];

describe("the oracle sees that a process", () => {
  it.each([
    ["forgets what it said is committed", forgetting, "missing"],
    [
      "forgets what it said is settled",
      lying("forgets-fates", 300),
      "repeated after it was settled",
    ],
    ["alters an event", lying("alters", 100), "altered"],
    ["invents an event", lying("invents", 100), "never emitted"],
    ["sends events in another order", lying("reorders", 600), "out of order"],
    ["sends again what it has settled", lying("sends-twice", 600), "repeated after it was settled"],
  ])("%s", async (name, scenario, kind) => {
    const { violations } = await cycle(`lie-${name}`, scenario, { keeps: false });
    expect(kindsIn(violations)).toContain(kind);
  });

  it("ends by itself", async () => {
    const ending: Scenario = async (one) => {
      const life = one.start({ events: 20 });
      await life.said("committed");
      life.signal("SIGABRT");
      await life.ended;
    };
    const { violations } = await cycle("lie-ends", ending, { keeps: false });
    expect(kindsIn(violations)).toContain("life-1 ended");
  });

  it("is honest, and finds nothing", async () => {
    const { violations } = await cycle("honest", async (one) => {
      const life = one.start({ events: 60 });
      await life.said("committed", { matches: ({ count }) => count === 60 });
      await life.kill();
    });
    expect(violations).toEqual([]);
  });
});
