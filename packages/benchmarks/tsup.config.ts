import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/main.ts", "src/programs/flood.ts", "src/programs/cold.ts"],
  format: ["esm"],
  clean: true,
  removeNodeProtocol: false,
  target: "node20",
});
