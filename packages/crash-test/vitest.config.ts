import { mergeConfig } from "vitest/config";
import { base } from "../../vitest.base.ts";

// A file is a source of kills. They wait more than they work, and two cores are enough for three.
export default mergeConfig(base(), {
  test: { testTimeout: 120_000, hookTimeout: 60_000, maxWorkers: 3 },
});
