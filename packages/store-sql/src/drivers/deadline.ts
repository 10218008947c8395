import { SqlStoreError } from "../errors.ts";

/** A server that has not answered by then is gone, as behind a network that swallows packets. */
const answerMs = 10_000;

/** The server itself gives up sooner: what nobody waits for any more would keep its locks, and others out. */
export const serverMs = 9_000;

/** Calls `late` unless the answer has come in time; the answer calls what this returns. */
export const deadline = (late: (error: SqlStoreError) => void): (() => void) => {
  const timer = setTimeout(() => {
    late(new SqlStoreError("timed-out", "The database did not answer in 10 seconds."));
  }, answerMs);
  return () => clearTimeout(timer);
};
