// How the other scripts run commands: the steps of a check one after another, or a workspace that is built first.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };

/** Runs one command in the repository's root, its output passed on; resolves to whether it succeeded. */
export const run = (command, args, more = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...env, ...more } });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });

/** Runs named steps in order, all of them; resolves to the names of those that failed. */
export const runAll = async (steps) => {
  const failed = [];
  for (const [name, command, args] of steps) {
    const startedAt = performance.now();
    console.log(`\n▸ ${name}`);
    const ok = await run(command, args);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${ok ? "✓" : "✗"} ${name} (${seconds} s)`);
    if (!ok) failed.push(name);
  }
  return failed;
};

/** Installs what is missing, and builds a workspace with all that it needs; ends the process when that fails. */
export const prepare = async (workspace) => {
  const isInstalled = existsSync(join(root, "node_modules", ".package-lock.json"));
  if (!isInstalled && !(await run("npm", ["ci", "--no-audit", "--no-fund"]))) process.exit(1);
  const turbo = join(root, "node_modules", ".bin", "turbo");
  const build = ["run", "build", `--filter=${workspace}...`, "--output-logs=errors-only"];
  if (!(await run(turbo, build))) process.exit(1);
};

/** Runs a workspace's `start`; ends the process when that fails. */
export const start = async (workspace) => {
  if (!(await run("npm", ["run", "--silent", "start", "-w", workspace]))) process.exit(1);
};
