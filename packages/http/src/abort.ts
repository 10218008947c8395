import type { SendContext } from "@datasync-monitor/core";

/** Who says when to stop: a signal, or what `send()` was given, whose signal is made only when it is read. */
export type Stop = AbortSignal | Pick<SendContext, "signal" | "onAbort">;

const never = (): void => {};

/** Calls back when it stops, or at once when it has; answers how to be told no longer. */
export const onStop = (stop: Stop, listener: () => void): (() => void) => {
  if (!("signal" in stop)) return onSignal(stop, listener);
  return stop.onAbort?.(listener) ?? onSignal(stop.signal, listener);
};

const onSignal = (signal: AbortSignal, listener: () => void): (() => void) => {
  if (signal.aborted) {
    listener();
    return never;
  }
  signal.addEventListener("abort", listener);
  return () => signal.removeEventListener("abort", listener);
};
