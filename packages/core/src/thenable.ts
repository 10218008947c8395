/** Whether something can be awaited. Throws what a hostile `then` getter throws. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" &&
  value !== null &&
  "then" in value &&
  typeof value.then === "function";

/** Calls somebody else's hook: that it throws or rejects is told, and breaks nothing. */
export const shield = (call: () => unknown, failed: (cause: unknown) => void): void => {
  try {
    contain(call(), failed);
  } catch (cause) {
    failed(cause);
  }
};

/** A hook that was to answer at once may be async all the same: its rejection must end nobody's process. */
export const contain = (answer: unknown, onRejected: (cause: unknown) => void): void => {
  if (isThenable(answer)) Promise.resolve(answer).then(undefined, onRejected);
};
