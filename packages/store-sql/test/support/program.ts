import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Line by line. */
  readonly printed: readonly string[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when a line begins so. */
  line(beginning: string): Promise<string>;
}

/** What every program has at hand: a store on a file, and events by number. */
const prelude = `
import { writeSync } from "node:fs";
import { sqlStore } from ${JSON.stringify(built)};
const say = (...words) => writeSync(1, words.join(" ") + "\\n");
const idOf = (n) => "0198f3a1-7c3e-7000-8000-" + n.toString(16).padStart(12, "0");
const eventAt = (n, message = "event " + n) => ({
  id: idOf(n), timestamp: new Date().toISOString(), event_type: "sync_success", level: "info",
  service: "datasync", message, details: {}, metrics: { records_synced: 1 },
});
const commit = (store, numbers, receivers = ["a"], message) => store.commit({
  now: Date.now(), leaseMs: 60_000, outcomes: [],
  accepted: numbers.map((n) => ({ event: eventAt(n, message), receivers })),
});
`;

/**
 * Runs a program against the built package, in a process that can be killed.
 *
 * @param wrapper - A command that runs it, such as strace with its options.
 */
export const run = (source: string, wrapper: readonly string[] = []): Running => {
  const program = [process.execPath, "--input-type=module", "-e", prelude + source];
  const [command = process.execPath, ...parameters] = [...wrapper, ...program];
  const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  const printed: string[] = [];
  const waiting: { beginning: string; resolve: (line: string) => void }[] = [];
  let rest = "";
  const read = (chunk: Buffer): void => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      printed.push(line);
      for (const { beginning, resolve } of waiting) if (line.startsWith(beginning)) resolve(line);
    }
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) =>
      resolve({ code, signal, printed: rest === "" ? printed : [...printed, rest] }),
    );
  });
  return {
    child,
    ended,
    line: (beginning) =>
      new Promise((resolve, reject) => {
        const there = printed.find((line) => line.startsWith(beginning));
        if (there !== undefined) resolve(there);
        waiting.push({ beginning, resolve });
        void ended.then(({ printed: all }) =>
          reject(new Error(`It ended without "${beginning}": ${all.join("\n")}`)),
        );
      }),
  };
};
