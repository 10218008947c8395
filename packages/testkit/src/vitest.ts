import { describe, it } from "vitest";
import { conformanceCases } from "./conformance/cases.ts";
import { runCase } from "./conformance/run.ts";
import type { Harness } from "./harness.ts";
import { storeCases } from "./store-conformance/cases.ts";
import type { StoreHarness } from "./store-conformance/harness.ts";
import { runStoreCase } from "./store-conformance/run.ts";

/** No case waits longer than this on a notifier that does not settle. */
const timeoutMs = 60_000;

/**
 * Holds a notifier to its contract: one vitest test for each conformance case, on a rig of its own. What
 * the harness cannot show is skipped, and the reason printed.
 */
export const testNotifier = (name: string, harness: Harness): void => {
  describe(`${name} keeps the notifier contract`, () => {
    for (const one of conformanceCases) {
      it(`${one.title} (${one.id})`, { timeout: timeoutMs }, async ({ skip, task }) => {
        const reason = await runCase(one, harness);
        if (reason === undefined) return;
        // Reports in JSON carry a test's meta, and not why it was skipped.
        Object.assign(task.meta, { skipped_because: reason });
        skip(reason);
      });
    }
  });
};

/**
 * Holds an event store to its contract: one vitest test for each case, on data of its own. What the
 * harness says the store cannot do is skipped, and the reason printed.
 */
export const testStore = (name: string, harness: StoreHarness): void => {
  describe(`${name} keeps the store contract`, () => {
    for (const one of storeCases) {
      it(`${one.title} (${one.id})`, { timeout: timeoutMs }, async ({ skip, task }) => {
        const reason = await runStoreCase(one, harness);
        if (reason === undefined) return;
        Object.assign(task.meta, { skipped_because: reason });
        skip(reason);
      });
    }
  });
};
