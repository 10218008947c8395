// `npm run daemon`: installs what is missing, builds, and runs the example daemon: the scripted run,
// or with `-- --real` a service that sends to the receivers the environment names. Needs only Node and npm.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./run.mjs";

await prepare("@datasync-monitor/example-datasync-daemon");

// Started without npm in between, so that a signal reaches it once and its exit code comes back.
const daemon = spawn(process.execPath, ["dist/main.js", ...process.argv.slice(2)], {
  cwd: join(root, "examples", "datasync-daemon"),
  stdio: "inherit",
});
daemon.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (signal === "SIGKILL" ? 9 : 15);
});
process.on("SIGTERM", () => daemon.kill("SIGTERM"));
// Ctrl-C reaches the daemon by itself; here it must only not end us before it has closed.
process.on("SIGINT", () => {});
