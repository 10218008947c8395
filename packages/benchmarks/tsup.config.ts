import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/main.ts", "src/programs/*.ts"],
  format: ["esm"],
  clean: true,
  removeNodeProtocol: false,
  target: "node20",
});
