import { checkOptions, wrongOption } from "./options.ts";

export interface DeadlineOptions {
  /** Default 10,000. */
  readonly deadlineMs?: number | undefined;
}

export const defaultDrainMs = 10_000;

/**
 * How long a call may take; below 0, as what is left of a time may be, it is over at once.
 *
 * @param others - What the call takes besides.
 * @throws ConfigError
 */
export const deadlineOf = (
  owner: string,
  options: DeadlineOptions,
  others: readonly string[] = [],
): number => {
  checkOptions(owner, options, ["deadlineMs", ...others]);
  const { deadlineMs = defaultDrainMs } = options;
  if (typeof deadlineMs === "number" && !Number.isNaN(deadlineMs)) return deadlineMs;
  throw wrongOption(owner, "deadlineMs", "must be a number of milliseconds.");
};
