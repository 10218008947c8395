import { it } from "vitest";
import { sources } from "../src/run/plan.ts";
import { expectNothingLost } from "./support/run.ts";

it("sends nothing that another has settled when it goes on after a stop longer than its leases", async (context) => {
  await expectNothingLost(sources.stopped, context);
});
