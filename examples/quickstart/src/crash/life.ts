import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import type { Screen } from "../receivers/console.ts";
import type { Environment } from "../receivers/receiver.ts";
import type { Assignment } from "./run-service.ts";
import { listen, type Word } from "./words.ts";

export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the service, from its start to its end. */
export interface Life {
  readonly pid: number | undefined;
  readonly over: () => boolean;
  /** Resolves when it has ended and all that it said and printed has been heard. */
  readonly ended: Promise<Death>;
  /** `kill -9`: nothing in it runs any more, not even a handler. */
  readonly kill: () => void;
}

export interface LifeOptions {
  /** The path of its JavaScript. */
  readonly program: string;
  readonly assignment: Assignment;
  readonly env: Environment;
  /** Where its console's events go. */
  readonly screen: Screen;
  readonly hear: (word: Word) => void;
}

/** One that hangs is ended, and then gives no account. */
const longestMs = 90_000;

export const beginLife = ({ program, assignment, env, screen, hear }: LifeOptions): Life => {
  const child = spawn(process.execPath, [program, JSON.stringify(assignment)], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    timeout: longestMs,
    killSignal: "SIGKILL",
  });
  let over = false;
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    screen.stream.write(text, () => {});
  });
  const words = child.stdio[3];
  if (words instanceof Readable) listen(words, hear);
  const ended = new Promise<Death>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      over = true;
      // A line that the kill cut off ends here, not in the next process.
      screen.stream.write("\n", () => {});
      resolve({ code, signal });
    });
  });
  return { pid: child.pid, over: () => over, ended, kill: () => child.kill("SIGKILL") };
};
