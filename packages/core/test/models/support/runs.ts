import fc from "fast-check";

/** `FC_RUNS` multiplies the number of runs; `FC_SEED` repeats those of one seed. */
export const factor = Number(process.env.FC_RUNS ?? 1);
const { FC_SEED: wantedSeed } = process.env;

/** Runs that are not properties, scaled alike. */
export const scaled = (usual: number): number => Math.max(1, Math.ceil(usual * factor));

/** For the last argument of `it`: more runs take longer. */
export const patience = 60_000 * Math.max(1, factor);

/** How a property runs. A failure says how to see it again; a run that never ends is one. */
export const runs = <T>(usual: number): fc.Parameters<T> => ({
  numRuns: scaled(usual),
  timeout: 20_000,
  ...(wantedSeed === undefined ? {} : { seed: Number(wantedSeed) }),
  reporter: (details: fc.RunDetails<T>): void => {
    if (!details.failed) return;
    const again = `FC_SEED=${details.seed} FC_RUNS=${factor}`;
    throw new Error(`${fc.defaultReportMessage(details)}\nSet ${again} to see it again.`, {
      cause: details.errorInstance,
    });
  },
});
