import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));

export default defineConfig({
  define: { packageVersion: JSON.stringify(version) },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
