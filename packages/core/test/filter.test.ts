import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../src/errors.ts";
import { type EventLevel, EventType, levels, type MonitorEvent } from "../src/event.ts";
import { compileFilter, type EventFilter } from "../src/filter.ts";

const wants = (filter: EventFilter, type: string, level: EventLevel = "info"): boolean =>
  compileFilter("test()", filter).accepts(type, level);
const why = (filter: EventFilter, event_type: string, level: EventLevel = "info") =>
  compileFilter("test()", filter).why({ event_type, level });
const refusal = (filter: unknown): unknown => {
  try {
    return compileFilter("test()", filter as EventFilter);
  } catch (error) {
    return error;
  }
};

describe("compileFilter, for types", () => {
  const cases: readonly [pattern: string, wanted: string[], not: string[]][] = [
    ["sync_start", ["sync_start"], ["sync_start_", "sync_star", "a.sync_start"]],
    ["sync_*", ["sync_start", "sync_", "sync_a.b"], ["sync", "a_sync_start"]],
    ["*_failure", ["sync_failure", "my.job_failure"], ["sync_failures", "failure"]],
    ["*", ["anything", "sync_start"], []],
    ["*.paid", ["invoice.paid"], ["invoice_paid"]],
    ["my_own.type9", ["my_own.type9"], ["my_ownxtype9"]],
  ];
  it.each(cases)("understands %s", (pattern, wanted, not) => {
    for (const type of wanted) expect(wants({ types: [pattern] }, type)).toBe(true);
    for (const type of not) expect(wants({ types: [pattern] }, type)).toBe(false);
  });

  it("wants a type that any of the patterns matches, the second time as the first", () => {
    const filter = compileFilter("test()", { types: ["cleanup_start", "*_failure"] });
    for (let round = 0; round < 2; round += 1) {
      expect(filter.accepts("cleanup_start", "info")).toBe(true);
      expect(filter.accepts("sync_failure", "error")).toBe(true);
      expect(filter.accepts("sync_start", "info")).toBe(false);
    }
  });

  it("agrees with a regular expression on every type, after thousands of types as well", () => {
    const word = fc.stringMatching(/^[a-z][a-z_.]{0,3}$/);
    const pattern = fc.oneof(
      word,
      word.map((w) => `${w}*`),
      word.map((w) => `*${w}`),
    );
    const filter = compileFilter("test()", { types: ["a*", "*b"] });
    for (let i = 0; i < 5_000; i += 1) filter.accepts(`type_${i}`, "info");
    fc.assert(
      fc.property(pattern, word, (glob, type) => {
        const expression = glob.replaceAll(".", "\\.").replace("*", ".*");
        expect(wants({ types: [glob] }, type)).toBe(new RegExp(`^${expression}$`).test(type));
        expect(filter.accepts(type, "info")).toBe(/^a|b$/.test(type));
      }),
    );
  });

  it.each([
    ["", /empty/],
    ["  ", /empty/],
    ["sync_*_x", /One `\*`/],
    ["*sync*", /One `\*`/],
    ["**", /One `\*`/],
    ["Sync_Start", /"sync_start"/],
    ["SYNC_*", /"sync_\*"/],
    ["sync start", /Did you mean "sync_start"/],
    ["sync-*", /Did you mean "sync_\*"/],
    ["sync!", /begins with a letter/],
    ["9lives", /begins with a letter/],
    [7, /number/],
    [null, /holds object/],
    [undefined, /holds undefined/],
  ])("refuses %j with advice", (pattern, advice) => {
    const error = refusal({ types: [pattern] });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ option: "types", message: expect.stringMatching(advice) });
    expect(error).toMatchObject({ message: expect.stringMatching(/^test\(\): /) });
  });

  it("does not complain of a type that only looks like one of the guide's", () => {
    expect(wants({ types: ["sync_sucess"] }, "sync_sucess")).toBe(true);
  });
});

describe("compileFilter, for levels", () => {
  it("wants all levels without conditions, and those from minLevel on with it", () => {
    expect(levels.map((level) => wants({}, "a", level))).toEqual([true, true, true, true]);
    expect(levels.map((level) => wants({ minLevel: "error" }, "a", level))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("wants the levels that are listed, of those that reach minLevel", () => {
    const filter: EventFilter = { levels: ["info", "critical"], minLevel: "warning" };
    expect(levels.map((level) => wants(filter, "a", level))).toEqual([false, false, false, true]);
  });

  it.each([
    [{ levels: ["fatal"] }, "levels"],
    [{ levels: [undefined] }, "levels"],
    [{ levels: "error" }, "levels"],
    [{ levels: [] }, "levels"],
    [{ types: [] }, "types"],
    [{ types: "sync_*" }, "types"],
    [{ minLevel: "loud" }, "minLevel"],
    [{ levels: ["info"], minLevel: "error" }, "levels"],
    [{ where: "level === 'error'" }, "where"],
  ])("refuses %j and names the option", (filter, option) => {
    expect(refusal(filter)).toBeInstanceOf(ConfigError);
    expect(refusal(filter)).toMatchObject({ option });
  });
});

describe("compileFilter, for people", () => {
  it("says why an event is not wanted", () => {
    expect(why({ minLevel: "warning" }, "a", "info")).toBe("level info is below warning");
    expect(why({ levels: ["error", "critical"] }, "a", "info")).toBe(
      "level info is not among error, critical",
    );
    expect(why({ types: ["cleanup_*", "*_failure"] }, "sync_start")).toBe(
      "type sync_start is not among cleanup_*, *_failure",
    );
  });

  it("has a reason exactly when it does not want the event", () => {
    const filter: EventFilter = { types: ["sync_*", EventType.HEALTH_CHECK], minLevel: "warning" };
    for (const type of Object.values(EventType)) {
      for (const level of levels) {
        expect(why(filter, type, level) === undefined).toBe(wants(filter, type, level));
      }
    }
  });

  it("hands the predicate on and never runs it", () => {
    const where = (_event: MonitorEvent): boolean => expect.unreachable();
    const filter = compileFilter("test()", { where });
    expect(filter.accepts("sync_start", "info")).toBe(true);
    expect(filter.where).toBe(where);
  });
});
