import { expect, it } from "vitest";
import { sources } from "../src/run/plan.ts";
import { expectNothingLost } from "./support/run.ts";

it("loses nothing that was committed when a process is killed before or after any of its steps", async (context) => {
  const { pruned } = await expectNothingLost(sources.failpoints, context);
  expect(pruned).toBeGreaterThan(0);
});
