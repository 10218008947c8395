import { spawnSync } from "node:child_process";

/** Why system calls cannot be watched here; undefined where they can. */
export const whyNoStrace = (): string | undefined => {
  const { status } = spawnSync("strace", ["-qq", "-e", "trace=none", "true"]);
  return status === 0
    ? undefined
    : "strace is not installed, or may not trace here (Debian: apt-get install strace)";
};

export interface Injection {
  readonly calls: string;
  /** Such as `signal=SIGKILL` or `error=ENOSPC`. */
  readonly what: string;
  /** Which calls of each thread: `7`, or `7..20`. */
  readonly when: string;
  /** Only those on this file. */
  readonly path?: string | undefined;
}

/** The command under which the system calls of a program, and of all its threads, go wrong. */
export const straceWith = ({ calls, what, when, path }: Injection): readonly string[] => [
  ...["strace", "-f", "-qq", "-o", "/dev/null"],
  ...(path === undefined ? [] : ["-P", path]),
  ...["-e", `trace=${calls}`, "-e", "signal=none"],
  ...["-e", `inject=${calls}:${what}:when=${when}`],
];
