import { DeliveryError } from "@datasync-monitor/core";
import type { ConsoleStream } from "./options.ts";
import { checkOpen, streamWrite } from "./stream-write.ts";

/** Settles as `work` does, or rejects with `failure()` once the signal aborts. */
const heeding = (
  signal: AbortSignal,
  work: Promise<void>,
  failure: () => DeliveryError,
): Promise<void> => {
  if (signal.aborted) return Promise.reject(failure());
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(failure());
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
};

const calledOff = (): DeliveryError =>
  new DeliveryError("aborted", "called off before anything was written");

const unanswered = (): DeliveryError =>
  new DeliveryError("ambiguous", "the stream took the text and has not said that it is written");

interface Writing {
  readonly key: string;
  readonly done: Promise<void>;
  underWay: boolean;
}

type Writer = (key: string, text: string, signal: AbortSignal) => Promise<void>;

/**
 * Writes one text at a time, so that a stream whose reader stands still holds one batch and not all.
 * A batch that was given up while the stream held it is waited for on its next attempt, by its key,
 * and not written twice.
 */
export const writer = (stream: ConsoleStream): Writer => {
  const write = streamWrite(stream);
  let held: Writing | undefined;

  const begin = (key: string, text: string): Writing => {
    const writing: Writing = { key, done: write(text), underWay: true };
    writing.done.then(
      () => {
        writing.underWay = false;
      },
      () => {
        if (held === writing) held = undefined;
      },
    );
    return writing;
  };

  return async (key, text, signal) => {
    if (signal.aborted) throw calledOff();
    while (held?.underWay && held.key !== key) {
      const earlier = held.done.catch(() => undefined);
      await heeding(signal, earlier, calledOff);
    }
    if (held?.key !== key) {
      checkOpen(stream);
      held = begin(key, text);
    }
    const mine = held;
    await heeding(signal, mine.done, unanswered);
    if (held === mine) held = undefined;
  };
};
