import { defineConfig } from "vitest/config";

/** How every package's tests run. The JSON report is what the closing summary counts. */
export const base = () =>
  defineConfig({
    test: {
      include: ["test/**/*.test.ts"],
      environment: "node",
      // A busy machine is slow, not wrong: no test waits on purpose.
      testTimeout: 90_000,
      hookTimeout: 90_000,
      expect: { poll: { timeout: 20_000 } },
      reporters: ["default", "json"],
      outputFile: { json: "test-results.json" },
    },
  });
