import { execFile } from "node:child_process";

export interface Finished {
  /** Null when a signal ended it: the time limit. */
  readonly exitCode: number | null;
  readonly output: string;
}

/** What the test runner tells its own processes is not for those of another project. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST$)/.test(name)),
  );

/** Runs a program in a folder to its end, whatever that is. */
export const run = (program: string, args: readonly string[], cwd: string): Promise<Finished> =>
  new Promise((resolve) => {
    const options = { cwd, env: environment(), timeout: 110_000, maxBuffer: 2 ** 26 };
    const child = execFile(program, args, options, (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode, output: `${stdout}${stderr}` }),
    );
  });

/** Runs npm, and throws what it says when it fails. */
export const npm = async (args: readonly string[], cwd: string): Promise<string> => {
  const { exitCode, output } = await run("npm", args, cwd);
  if (exitCode === 0) return output;
  throw new Error(`npm ${args.join(" ")} ended with ${exitCode}\n${output}`);
};
