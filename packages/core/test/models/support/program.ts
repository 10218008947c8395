import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { patience } from "./runs.ts";

const core = fileURLToPath(new URL("../../../dist/index.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly printed: string;
  readonly errors: string;
  readonly ms: number;
}

/** Sees each line that a program prints, as it comes. */
export type Watch = (line: string, kill: (signal: NodeJS.Signals) => void) => void;

/** Runs a program against the built package, in a process of its own, with `gc()` at hand. */
export const program = (source: string, watch: Watch = () => {}): Promise<Ended> =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const text = `import * as core from ${JSON.stringify(core)};\n${source}`;
    const flags = ["--expose-gc", "--input-type=module", "-e", text];
    const child = spawn(process.execPath, flags, { timeout: patience, killSignal: "SIGKILL" });
    let printed = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const before = printed.split("\n").length - 1;
      printed += String(chunk);
      for (const line of printed.split("\n").slice(before, -1))
        watch(line, (signal) => child.kill(signal));
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors = (errors + String(chunk)).slice(-10_000);
    });
    child.on("close", (code, signal) =>
      resolve({ code, signal, printed, errors, ms: performance.now() - startedAt }),
    );
  });

/** In a program: a store over memory that says it is durable. */
export const durableStore = `
const durableStore = (over = {}) => {
  const inner = core.memoryStore();
  return new Proxy(inner, { get: (_, name) =>
    name in over ? over[name] : name === "durable" ? true : typeof inner[name] === "function" ? inner[name].bind(inner) : inner[name] });
};
`;
