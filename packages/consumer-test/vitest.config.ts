import { mergeConfig } from "vitest/config";
import { base } from "../../vitest.base.ts";

export default mergeConfig(base(), {
  test: { globalSetup: "test/support/setup.ts", testTimeout: 60_000, hookTimeout: 120_000 },
});
