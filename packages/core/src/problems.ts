import type { Clock } from "./clock.ts";
import { readFailure } from "./delivery/failure.ts";
import { ConfigError, DeliveryError } from "./errors.ts";
import type { Problem } from "./signals.ts";
import { singleLine, truncate } from "./text.ts";

const maxSilenced = 1_000;
const silenceMs = 60_000;

/** Drops are told once a minute as how many more there were, and an unknown field once: one that is not printed is missing. */
const printedAlways = /^(?:events-dropped|unknown-field)$/;

/** What these throw is the service's own code, so its text may be printed. */
const ownCode = /^callback-|-threw$/;

/** What the cause adds: of a stranger's error name and code, for its text may hold a secret, as a ConfigError's does not. */
const causeOf = ({ code, message, cause }: Problem): string => {
  if (!(cause instanceof Error)) return "";
  try {
    const named = readFailure(cause, null, 1).message;
    const who = message.includes(named) ? "" : ` ${named}`;
    const mayPrint = ConfigError.is(cause) || ownCode.test(code);
    if (mayPrint) return `${who}: ${truncate(singleLine(cause.message), 300)}`;
    return DeliveryError.is(cause) ? who : `${who}, whose text only \`onProblem\` gets`;
  } catch {
    return "";
  }
};

const ignore = (): void => {};

/** That nobody reads it any more must not end the service: the error would be uncaught. `console.error` does the same. */
const print = (line: string): void => {
  const { stderr } = process;
  stderr.write(line, (error) => {
    if (error && stderr.listenerCount("error") === 0) stderr.once("error", ignore);
  });
};

/** The default `onProblem`: one line on stderr for each receiver and code in a minute. */
export const stderrPrinter = (clock: Clock): ((problem: Problem) => void) => {
  const printedAt = new Map<string, number>();
  return (problem) => {
    const { code, receiver, message } = problem;
    const key = `${receiver} ${code}`;
    const now = clock.monotonic();
    const last = printedAt.get(key);
    if (!printedAlways.test(code) && last !== undefined && now - last < silenceMs) return;
    if (printedAt.size >= maxSilenced) printedAt.clear();
    printedAt.set(key, now);
    const about = receiver === null ? "" : ` [${singleLine(receiver)}]`;
    print(`datasync-monitor${about} ${code}: ${message}${causeOf(problem)}\n`);
  };
};
