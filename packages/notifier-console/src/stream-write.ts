import { DeliveryError } from "@datasync-monitor/core";
import type { ConsoleStream } from "./options.ts";

/** The reader is gone, or the stream has ended: nothing written here will ever be read. */
const gone = new Set([
  "EPIPE",
  "ECONNRESET",
  "EIO",
  "EBADF",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
]);

const codeOf = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : "no code";
};

const closed = (): DeliveryError =>
  new DeliveryError("endpoint", "the stream is closed; give the console notifier an open one");

const failure = (error: unknown): DeliveryError => {
  const code = codeOf(error);
  return gone.has(code)
    ? new DeliveryError("endpoint", `nobody reads the stream any more (${code})`)
    : new DeliveryError("unavailable", `the stream refused the write (${code})`);
};

/**
 * A Node stream that has failed once and is not destroyed by that keeps all later writes and never
 * calls back, so it counts as closed.
 *
 * @throws DeliveryError `endpoint`
 */
export const checkOpen = (stream: ConsoleStream): void => {
  if (stream.destroyed || stream.writableEnded || stream.errored) throw closed();
};

/** Writes that settle when the stream says so. It is listened to only while one is under way. */
export const streamWrite = (stream: ConsoleStream): ((text: string) => Promise<void>) => {
  let absorbing = false;
  // Node calls the write back first and emits the same failure as an 'error' event later, which
  // would end the process if nobody listened. Some streams never emit it, hence one listener at most.
  const absorbLateError = () => {
    if (absorbing) return;
    absorbing = true;
    const release = () => {
      absorbing = false;
      stream.off?.("error", release);
      stream.off?.("close", release);
    };
    stream.on?.("error", release);
    stream.on?.("close", release);
  };

  return (text) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        stream.off?.("error", onError);
        stream.off?.("close", onClose);
      };
      const onWritten = () => {
        leave();
        resolve();
      };
      const onError = (error: unknown) => {
        leave();
        reject(failure(error));
      };
      const onClose = () => {
        leave();
        reject(closed());
      };
      stream.on?.("error", onError);
      stream.on?.("close", onClose);
      try {
        const calledBack = (error?: Error | null) => {
          if (!error) return onWritten();
          absorbLateError();
          onError(error);
        };
        const callsBack = stream.write.length !== 1;
        const writing = stream.write(text, calledBack);
        // An `async` one that rejects calls nobody back, and would end the process.
        if (writing instanceof Promise) writing.then(callsBack ? undefined : onWritten, onError);
        else if (!callsBack) onWritten();
      } catch (error) {
        onError(error); // Node's streams never throw here; another's may
      }
    });
};
