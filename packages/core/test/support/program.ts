import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const core = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly ms: number;
}

/** Runs a program against the built package; `act` sees what it prints. `unread`: nobody reads its stderr. */
export const program = (
  source: string,
  act: (printed: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
  { unread = false } = {},
) =>
  new Promise<Ended>((resolve) => {
    const startedAt = performance.now();
    const text = `import { createMonitor, memoryStore } from ${JSON.stringify(core)};\n${source}`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", text]);
    let output = "";
    const read = (chunk: Buffer) => {
      output += String(chunk);
      act(output, (signal) => child.kill(signal));
    };
    child.stdout.on("data", read);
    if (unread) child.stderr.destroy();
    else child.stderr.on("data", read);
    child.on("exit", (code, signal) =>
      resolve({ code, signal, output, ms: performance.now() - startedAt }),
    );
  });
