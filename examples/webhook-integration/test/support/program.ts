import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);

/** Where the root's packages are found from, and nothing is left behind that git or npm would see. */
const cache = join(dirname(require.resolve("tsup/package.json")), "..", ".cache");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What would send the tests' events to somebody real, or colour what is compared. */
const unset: Environment = {
  FEISHU_WEBHOOK_URL: undefined,
  FEISHU_SECRET: undefined,
  SLACK_WEBHOOK_URL: undefined,
  SMTP_URL: undefined,
  MAIL_FROM: undefined,
  MAIL_TO: undefined,
  WEBHOOK_URL: undefined,
  WEBHOOK_SECRET: undefined,
  FORCE_COLOR: undefined,
};

/** An empty folder of its own, which finds the packages of the root. */
export const makeFolder = async (): Promise<string> => {
  await mkdir(cache, { recursive: true });
  return mkdtemp(join(cache, "webhook-integration-"));
};

/** Runs a program of Node to its end. */
export const run = (args: readonly string[], env: Environment = {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: home,
      env: { ...process.env, ...unset, ...env },
      timeout: 60_000,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });

export interface Program {
  /** Runs it to its end in a process of its own. */
  readonly run: (env?: Environment) => Promise<Ended>;
  readonly remove: () => Promise<void>;
}

/** Builds the program aside. */
export const build = async (): Promise<Program> => {
  const folder = await makeFolder();
  const tsup = require.resolve("tsup/dist/cli-default.js");
  const { code, stderr } = await run([tsup, "--out-dir", folder]);
  if (code !== 0) throw new Error(`the program does not build: ${stderr}`);
  return {
    run: (env = {}) => run([join(folder, "main.js")], env),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
