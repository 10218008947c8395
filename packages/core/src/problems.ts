import type { Clock } from "./clock.ts";
import { ConfigError } from "./errors.ts";
import type { Problem } from "./signals.ts";
import { singleLine, truncate } from "./text.ts";

const maxSilenced = 1_000;
const silenceMs = 60_000;

/** A callback's own words are its owner's code, and a ConfigError holds no secret; anyone else's error may. */
const ownWords = ({ code, cause }: Problem): string => {
  try {
    if (ConfigError.is(cause)) return ` ${truncate(singleLine(cause.message), 300)}`;
    if (code !== "callback-failed" || !(cause instanceof Error)) return "";
    return `: ${truncate(singleLine(cause.message), 200)}`;
  } catch {
    return "";
  }
};

/** The default `onProblem`: one line on stderr for each receiver and code in a minute. */
export const stderrPrinter = (clock: Clock): ((problem: Problem) => void) => {
  const printedAt = new Map<string, number>();
  return (problem) => {
    const { code, receiver, message } = problem;
    const key = `${receiver} ${code}`;
    const now = clock.monotonic();
    const last = printedAt.get(key);
    if (last !== undefined && now - last < silenceMs) return;
    if (printedAt.size >= maxSilenced) printedAt.clear();
    printedAt.set(key, now);
    const about = receiver === null ? "" : ` [${singleLine(receiver)}]`;
    process.stderr.write(`datasync-monitor${about} ${code}: ${message}${ownWords(problem)}\n`);
  };
};
