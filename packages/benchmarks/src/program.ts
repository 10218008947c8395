import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * Runs one of the programs beside this one in a process of its own; resolves to what it prints.
 *
 * @param under - A command to run it under, with its arguments.
 */
export const program = (
  name: string,
  args: readonly string[] = [],
  under: readonly string[] = [],
): Promise<string> =>
  new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));
    const [command = "", ...rest] = [...under, process.execPath, path, ...args];
    const child = spawn(command, rest, {
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
