import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const home = fileURLToPath(new URL("../..", import.meta.url));
const source = fileURLToPath(new URL("./service.ts", import.meta.url));
const { resolve } = createRequire(import.meta.url);

/** Where the root's packages are found from, and nothing is left behind that git or npm would see. */
const cache = join(dirname(resolve("tsup/package.json")), "..", ".cache");

export interface Built {
  readonly program: string;
  readonly remove: () => Promise<void>;
}

/** Builds the service with a clock and a store that the environment names, aside. */
export const buildService = async (): Promise<Built> => {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "quickstart-"));
  const tsup = resolve("tsup/dist/cli-default.js");
  const args = [tsup, source, "--out-dir", folder];
  await promisify(execFile)(process.execPath, args, { cwd: home });
  return {
    program: join(folder, "service.js"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
