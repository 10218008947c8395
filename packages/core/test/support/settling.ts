/** Whether a promise has settled when the clock has moved so far. */
export const settling = (promise: Promise<unknown>): { settled: boolean } => {
  const seen = { settled: false };
  const note = (): void => {
    seen.settled = true;
  };
  promise.then(note, note);
  return seen;
};
