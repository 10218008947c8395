/** One line of the table: a figure beside a peer's, as a ratio, and what it may be. */
export interface Row {
  readonly row: string;
  readonly ours: string;
  readonly peer: string;
  /** Ours over the peer's, or over the bound where there is no peer. */
  readonly ratio: number;
  readonly bar: number;
  /** Whether the ratio must be at most the bar, or at least. */
  readonly sense: "≤" | "≥";
  readonly pass: boolean;
}

type Measured = Omit<Row, "pass" | "sense">;

/** A row that passes when its ratio is at most the bar. */
export const atMost = (row: Measured): Row => ({ ...row, sense: "≤", pass: row.ratio <= row.bar });

/** A row that passes when its ratio is at least the bar. */
export const atLeast = (row: Measured): Row => ({ ...row, sense: "≥", pass: row.ratio >= row.bar });

/** A row that tells, and has no bar. */
export const told = (row: Omit<Measured, "bar">): Row =>
  atMost({ ...row, bar: Number.POSITIVE_INFINITY });

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, sorted[middle] ?? 0];
  return (low + high) / 2;
};

/** The value below which this share of the values lies. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};
