import type fc from "fast-check";

const { FC_RUNS, FC_SEED } = process.env;

/** `FC_RUNS` multiplies the number of runs; `FC_SEED` repeats those of one seed. */
export const runs = (numRuns: number): fc.Parameters<unknown> => ({
  numRuns: numRuns * Number(FC_RUNS ?? 1),
  ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
  // A database takes its time; what failed once is worth a few tries to make it small.
  interruptAfterTimeLimit: 120_000,
});
