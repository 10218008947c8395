import { setImmediate } from "node:timers/promises";
import { type Clock, systemClock } from "@datasync-monitor/core";
import type { DataRow, Db } from "../database/tables.ts";
import { createDataTables } from "../managers/migrations.ts";
import { coinRow, indicatorRow } from "./rows.ts";

const historyMs = 90 * 24 * 60 * 60 * 1_000;
const batchRows = 1_000;

export interface MarketOptions {
  readonly seed: number;
  /** Rows in each table to begin with, spread over the last 90 days. */
  readonly rows: number;
  readonly clock?: Clock | undefined;
}

/** Invents a source to sync from. A service with a source of its own leaves it out. */
export class Market {
  readonly #source: Db;
  readonly #seed: number;
  readonly #clock: Clock;
  #rows = 0;

  private constructor(source: Db, { seed, clock = systemClock }: MarketOptions) {
    this.#source = source;
    this.#seed = seed;
    this.#clock = clock;
  }

  /** Fills an empty source; goes on where a filled one ends. */
  static async open(source: Db, options: MarketOptions): Promise<Market> {
    const market = new Market(source, options);
    await createDataTables(source);
    market.#rows = await market.#newest();
    if (market.#rows > 0) return market;
    const now = market.#clock.now();
    await market.#write(options.rows, (index) =>
      Math.round(now - historyMs * (1 - index / options.rows)),
    );
    return market;
  }

  /** New rows in both tables. */
  trade(rows: number): Promise<void> {
    const now = this.#clock.now();
    return this.#write(rows, () => now);
  }

  async #newest(): Promise<number> {
    const { id } = await this.#source
      .selectFrom("coin_data")
      .select(({ fn }) => fn.max("id").as("id"))
      .executeTakeFirstOrThrow();
    return id ?? 0;
  }

  async #write(rows: number, time: (index: number) => number): Promise<void> {
    const first = this.#rows + 1;
    this.#rows += rows;
    for (let done = 0; done < rows; done += batchRows) {
      const indexes = Array.from({ length: Math.min(batchRows, rows - done) }, (_, i) => done + i);
      const make = (row: typeof coinRow): readonly DataRow[] =>
        indexes.map((index) => row(this.#seed, first + index, time(index)));
      await this.#source.insertInto("coin_data").values(make(coinRow)).execute();
      await this.#source.insertInto("indicator_data").values(make(indicatorRow)).execute();
      await setImmediate();
    }
  }
}
