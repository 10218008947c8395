/** One line of the table: a figure beside a peer's, as a ratio, and what it may be. */
export interface Row {
  readonly row: string;
  readonly ours: string;
  readonly peer: string;
  /** Ours over the peer's, or over the bound where there is no peer. */
  readonly ratio: number;
  readonly bar: number;
  readonly pass: boolean;
}

/** A row that passes when its ratio is at most the bar. */
export const atMost = (row: Omit<Row, "pass">): Row => ({ ...row, pass: row.ratio <= row.bar });

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, sorted[middle] ?? 0];
  return (low + high) / 2;
};
