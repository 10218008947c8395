// Runs the steps of a check one after another, and says which failed and how long each took.
import { spawn } from "node:child_process";
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
