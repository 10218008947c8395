import { defineConfig } from "vitest/config";

/** How every package's tests run. The JSON report is what the closing summary counts. */
export const base = () =>
  defineConfig({
    test: {
      include: ["test/**/*.test.ts"],
      environment: "node",
      reporters: ["default", "json"],
      outputFile: { json: "test-results.json" },
    },
  });
