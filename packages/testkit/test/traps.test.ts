import { describe, expect, it } from "vitest";
import { exists, mendedTraps, taggedTests, trapRows } from "./support/traps.ts";

describe("TRAPS.md", () => {
  it("has each number from 1 to 82 once, in order", () => {
    const numbers = Array.from({ length: 82 }, (_, index) => index + 1);
    expect(trapRows().map(({ number }) => number)).toEqual(numbers);
  });

  it("names for each trap a test that holds it, or the reason why none does", () => {
    const bare = trapRows().filter(
      ({ tests, reason }) => tests.length > 0 === (reason !== undefined),
    );
    expect(bare.map(({ number }) => number)).toEqual([]);
  });

  it("names no test that does not exist", () => {
    const named = trapRows().flatMap(({ number, tests }) =>
      tests.map((test) => ({ number, ...test })),
    );
    expect(named.filter((test) => !exists(test))).toEqual([]);
  });

  it("lists every test that has a trap's number in its name; `vitest -u` adds them", async () => {
    expect(taggedTests().length).toBeGreaterThan(100);
    await expect(mendedTraps()).toMatchFileSnapshot("../TRAPS.md");
  });

  it("tells no trap twice", () => {
    const told = trapRows().map(({ trap }) => trap);
    expect(new Set(told).size).toBe(told.length);
  });
});
