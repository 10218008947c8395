import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface RemoteSink {
  readonly origin: string;
  /** Ends it; resolves to how long each event took, in milliseconds, when it was to time them. */
  stop(): Promise<readonly number[]>;
}

/** A sink in a process of its own. */
export const remoteSink = (how: "timed" | "untimed"): Promise<RemoteSink> =>
  new Promise((resolve) => {
    const path = fileURLToPath(new URL("programs/sink.js", import.meta.url));
    const child = spawn(process.execPath, [path, how], { stdio: ["pipe", "pipe", "inherit"] });
    const stop = async (): Promise<readonly number[]> => {
      let printed = "";
      child.stdin.end();
      for await (const chunk of child.stdout) printed += String(chunk);
      return JSON.parse(printed);
    };
    child.stdout.once("data", (origin) => resolve({ origin: String(origin).trim(), stop }));
  });
