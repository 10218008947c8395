import { spawn, spawnSync } from "node:child_process";
import type { TestContext } from "vitest";

const hint =
  "promtool is not installed (Debian: `apt-get install -y --no-install-recommends prometheus`)";

const program = "promtool";
const isInstalled = spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;

/**
 * Skips a test where there is no promtool, and says so; fails it where REQUIRE_SERVICES demands one.
 */
export const needPromtool = ({ skip, task }: TestContext): void => {
  if (isInstalled) return;
  if (process.env.REQUIRE_SERVICES === "1") throw new Error(hint);
  // Reports in JSON carry a test's meta, and not why it was skipped.
  Object.assign(task.meta, { skipped_because: hint });
  skip(hint);
};

export interface PromtoolAnswer {
  readonly status: number | null;
  /** Both outputs: promtool tells success on one and trouble on either. */
  readonly output: string;
}

export const promtool = (args: readonly string[], input = ""): Promise<PromtoolAnswer> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "pipe" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output: output.trim() }));
    child.stdin.on("error", () => {}); // it may have stopped reading
    child.stdin.end(input);
  });
