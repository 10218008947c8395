import { execFile } from "node:child_process";

export interface Finished {
  /** Null when a signal ended it: the time limit. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

/** Runs a program to its end, whatever that is. */
export const run = (
  program: string,
  args: readonly string[],
  { cwd, env = {}, timeoutMs = 50_000 }: RunOptions,
): Promise<Finished> =>
  new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { cwd, env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 2 ** 26 },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
  });

/** Runs a JavaScript file with this Node. */
export const runNode = (file: string, options: RunOptions): Promise<Finished> =>
  run(process.execPath, [file], options);
