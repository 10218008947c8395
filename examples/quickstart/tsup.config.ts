import { defineConfig } from "tsup";

export default defineConfig({
  entry: { main: "src/main.ts", service: "src/crash/service.ts" },
  format: ["esm"],
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
  target: "node20",
});
