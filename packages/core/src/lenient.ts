import { nextTurn } from "./clock.ts";
import { ConfigError } from "./errors.ts";
import type { Problem } from "./signals.ts";

/** Where wrong options must not stop what is asked for: they are told of, in a later turn, and `fallback` holds. */
export const lenient = <T>(read: () => T, fallback: T, report: (problem: Problem) => void): T => {
  try {
    return read();
  } catch (cause) {
    const message = ConfigError.is(cause) ? cause.message : "An option could not be read.";
    nextTurn(() => report({ code: "wrong-option", receiver: null, message }));
    return fallback;
  }
};
