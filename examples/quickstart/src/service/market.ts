import type { TableFile } from "./database.ts";
import { coinRow, indicatorRow } from "./rows.ts";

/** Fills the source: each day brings new rows, and corrects a few of those before. */
export class Market {
  readonly #source: TableFile;
  readonly #seed: number;
  #rows: number;
  #revision: number;

  constructor(source: TableFile, seed: number) {
    this.#source = source;
    this.#seed = seed;
    this.#rows = source.count("coin_data");
    this.#revision = source.newest("coin_data");
  }

  /** The newest in the source. */
  get revision(): number {
    return this.#revision;
  }

  trade(newRows: number, corrections = 0): void {
    const added = Array.from({ length: newRows }, (_, index) => this.#rows + index + 1);
    const corrected = Array.from({ length: corrections }, (_, index) => this.#rows - index);
    this.#rows += newRows;
    const seeds = [
      ...added.map((id) => [this.#seed, id] as const),
      ...corrected.map((id) => [this.#seed + 1, id] as const),
    ];
    const numbered = seeds.map(([seed, id]) => ({ seed, id, revision: ++this.#revision }));
    this.#source.upsert(
      "coin_data",
      numbered.map(({ seed, id, revision }) => ({ ...coinRow(seed, id), revision })),
    );
    this.#source.upsert(
      "indicator_data",
      numbered.map(({ seed, id, revision }) => ({ ...indicatorRow(seed, id), revision })),
    );
  }
}
