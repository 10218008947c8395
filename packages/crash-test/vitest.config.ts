import { mergeConfig } from "vitest/config";
import { base } from "../../vitest.base.ts";

// They wait more than they work, and two cores are enough for four files. These share nothing that a test changes.
export default mergeConfig(base(), {
  test: { testTimeout: 120_000, hookTimeout: 60_000, maxWorkers: 4, isolate: false },
});
