import { describe, expect, it } from "vitest";
import { sources } from "../src/run/plan.ts";
import { expectNothingLost } from "./support/run.ts";

describe("nothing that was committed is lost", () => {
  it("when processes are killed at random moments", async (context) => {
    const { kills, committed, byKill } = await expectNothingLost(sources.random, context);
    expect(kills).toBe(10);
    expect(committed).toBeGreaterThan(200);
    expect(byKill).toBeGreaterThan(0);
  });

  it("when processes on one store are killed and started again", async (context) => {
    const { kills } = await expectNothingLost(sources.several, context);
    expect(kills).toBeGreaterThanOrEqual(6);
  });
});
