import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = fileURLToPath(new URL("../..", import.meta.url));

/** Where the root's packages are found from, and nothing is left behind that git or npm would see. */
const cache = join(
  dirname(createRequire(import.meta.url).resolve("tsup/package.json")),
  "..",
  ".cache",
);

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** What it has printed so far. */
  readonly printed: () => string;
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

const start = (command: string, args: readonly string[], cwd: string, env: object): Running => {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  return {
    printed: () => stdout,
    ended: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    }),
    kill: (signal) => child.kill(signal),
  };
};

export interface Built {
  /** Runs the daemon as a process of its own. */
  readonly run: (args: readonly string[], cwd: string, env: object) => Running;
  readonly remove: () => Promise<void>;
}

/** Builds the daemon aside. */
export const build = async (): Promise<Built> => {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "datasync-daemon-"));
  const tsup = createRequire(import.meta.url).resolve("tsup/dist/cli-default.js");
  const { code, stderr } = await start(process.execPath, [tsup, "--out-dir", folder], home, {})
    .ended;
  if (code !== 0) throw new Error(`the daemon does not build: ${stderr}`);
  return {
    run: (args, cwd, env) => start(process.execPath, [join(folder, "main.js"), ...args], cwd, env),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
