import { defineConfig, type Options } from "tsup";

const common: Options = {
  format: ["esm"],
  splitting: false,
  removeNodeProtocol: false,
  target: "node20",
};

export default defineConfig([
  { ...common, entry: { main: "src/main.ts" } },
  {
    ...common,
    entry: { child: "src/child/main.ts" },
    // It is started hundreds of times, and one file loads in a third of the time of hundreds.
    noExternal: [/^@datasync-monitor\//, "kysely", "undici"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  },
]);
