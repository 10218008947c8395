/** Someone the process may have to wait for when nothing else is left to do. */
export interface Drainable {
  /** Milliseconds until something is due; Infinity when nothing is. */
  dueInMs(): number;
  drainOnExitMs(): number;
}

/** Keeps the process while it works: all timers are unref'd, and somebody waits for this. */
export const held = async <T>(work: () => Promise<T>): Promise<T> => {
  const timer = setInterval(() => {}, 2 ** 30);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

const drainables = new Set<Drainable>();
let exitsAt: number | undefined;

/** Looks again this often while it holds the process. */
const lookMs = 20;

const onBeforeExit = (): void => {
  const now = performance.now();
  exitsAt ??= now;
  let isIdle = true;
  for (const { dueInMs, drainOnExitMs } of drainables) {
    const left = exitsAt + drainOnExitMs() - now;
    const due = dueInMs();
    if (due < Number.POSITIVE_INFINITY) isIdle = false;
    if (left <= 0 || due > left) continue;
    setTimeout(() => {}, Math.min(lookMs, left)); // ref'd; when it is over, beforeExit comes again
    return;
  }
  // If somebody else has more to do, the process will end another time.
  if (isIdle) exitsAt = undefined;
};

/** Has the process wait for it at a natural exit, for at most its `drainOnExitMs`. Answers how to stop. */
export const drainAtExit = (drainable: Drainable): (() => void) => {
  if (drainables.size === 0) process.on("beforeExit", onBeforeExit);
  drainables.add(drainable);
  return () => {
    if (drainables.delete(drainable) && drainables.size === 0)
      process.off("beforeExit", onBeforeExit);
  };
};

const signals = ["SIGTERM", "SIGINT"] as const;
type Signal = (typeof signals)[number];

/** What a shell says of a process that the signal has ended: 128 and its number. */
const exitCodes: Readonly<Record<Signal, number>> = { SIGTERM: 143, SIGINT: 130 };

type Close = () => Promise<unknown>;

const key = Symbol.for("@datasync-monitor/core/closers");
const slots: typeof globalThis & { [key]?: Set<Close> } = globalThis;
slots[key] ??= new Set();
/** Of all copies of core in the process: else the first one to be done would end it while others still close. */
const closers = slots[key];
/** How many of them are of this copy. */
let own = 0;

const stopListening = (): void => {
  for (const signal of signals) process.off(signal, onSignal);
};

let isClosing = false;

const end = (signal: Signal): void => {
  isClosing = false;
  stopListening();
  process.kill(process.pid, signal);
  // Still here: the kernel spares the first process of a container what it does not handle itself.
  if (process.pid === 1 && process.listenerCount(signal) === 0) process.exit(exitCodes[signal]);
};

/** Goes on listening until the end: some, as `signal-exit`, end the process at once where they find themselves alone. */
const onSignal = (signal: Signal): void => {
  if (isClosing) {
    end(signal);
    return;
  }
  isClosing = true;
  const closing = [...closers].map((close) => close());
  void Promise.allSettled(closing).then(() => end(signal));
};

/**
 * On the first SIGTERM or SIGINT closes all who asked for it, and then ends the process by that
 * signal; a second one ends it at once. Answers how to stop.
 */
export const closeOnSignals = (close: Close): (() => void) => {
  if (own++ === 0) for (const signal of signals) process.on(signal, onSignal);
  closers.add(close);
  return () => {
    if (closers.delete(close) && --own === 0) stopListening();
  };
};
