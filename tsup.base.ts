import type { Options } from "tsup";

/** What every published package is built with: ESM, CJS, and declarations for both. */
export const base = (entry: string[] = ["src/index.ts"]): Options => ({
  entry,
  format: ["esm", "cjs"],
  // tsup 8.5.1 always passes baseUrl to the declaration program; TypeScript 6 rejects it (TS5101).
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  sourcemap: true,
  clean: true,
  // tsup strips `node:` by default, which breaks the modules that exist only with the prefix.
  removeNodeProtocol: false,
  // Without it each CJS entry gets its own copy of shared classes.
  splitting: true,
  target: "node20",
});
