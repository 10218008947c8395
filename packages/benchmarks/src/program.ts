import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs one of the programs beside this one in a process of its own; resolves to what it prints. */
export const program = (name: string, args: readonly string[] = []): Promise<string> =>
  new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));
    const child = spawn(process.execPath, [path, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += String(chunk);
    });
    child.on("exit", (code) =>
      code === 0 ? resolve(printed) : reject(new Error(`${name} ended with ${code}`)),
    );
  });
