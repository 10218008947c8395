import type { Clock } from "./clock.ts";
import { readFailure } from "./delivery/failure.ts";
import { ConfigError, DeliveryError } from "./errors.ts";
import type { Problem } from "./signals.ts";
import { singleLine, truncate } from "./text.ts";

const maxSilenced = 1_000;
const silenceMs = 60_000;

/** What these throw is the service's own code, so its text may be printed. */
const ownCode = ["callback-failed", "filter-threw", "observer-threw"];

/** A ConfigError holds no secret; of a stranger's error only name and code are known to hold none. */
const ownWords = ({ code, message, cause }: Problem): string => {
  try {
    if (ConfigError.is(cause)) return ` ${truncate(singleLine(cause.message), 300)}`;
    if (!(cause instanceof Error) || DeliveryError.is(cause)) return "";
    const named = readFailure(cause, null, 1).message;
    const who = message.includes(named) ? "" : ` ${named}`;
    if (ownCode.includes(code)) return `${who}: ${truncate(singleLine(cause.message), 200)}`;
    return `${who} (its text goes to onProblem alone)`;
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
