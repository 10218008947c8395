import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { run } from "./run.ts";

/** The two ways in which TypeScript users resolve packages today. */
export const resolutions = {
  nodenext: { module: "nodenext" },
  bundler: { module: "preserve", moduleResolution: "bundler" },
} as const;

export interface Compilation {
  /** Names the tsconfig: two that run at once need two names. */
  readonly name: string;
  /** Relative to the project. */
  readonly files: readonly string[];
  readonly resolution: keyof typeof resolutions;
  /** Writes each file's JavaScript beside it. */
  readonly emit?: boolean;
}

const { resolve } = createRequire(import.meta.url);
const tsc = resolve("typescript/bin/tsc");
/** Authors of notifiers have it; here it is the workspace's, for it is large. */
const vitest = join(dirname(resolve("vitest/package.json")), "dist/index.d.ts");

const strictest = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: "ES2022",
  lib: ["ES2022", "ESNext.Disposable"],
  types: ["node"],
  moduleDetection: "force",
  paths: { vitest: [vitest] },
};

/**
 * Compiles files of the project under the strictest settings a consumer may have.
 *
 * @returns One string an error, `path(line,column): error TS…`, with the lines that explain it.
 */
export const compile = async (
  project: string,
  { name, files, resolution, emit = false }: Compilation,
): Promise<readonly string[]> => {
  const config = `tsconfig.${name}.json`;
  const compilerOptions = { ...strictest, ...resolutions[resolution], noEmit: !emit };
  await writeFile(join(project, config), JSON.stringify({ compilerOptions, files }));
  const { exitCode, stdout, stderr } = await run(
    process.execPath,
    [tsc, "--project", config, "--pretty", "false"],
    { cwd: project },
  );
  const errors = stdout.split(/\n(?! )/).filter((line) => line !== "");
  if (exitCode === 0 || errors.length > 0) return errors;
  return [`tsc ended with ${exitCode}: ${stderr}`];
};
