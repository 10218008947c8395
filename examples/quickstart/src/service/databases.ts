import { join } from "node:path";
import { TableFile } from "./database.ts";
import { Market } from "./market.ts";

const seed = 20_250_829;
const firstRows = 3_000;

/** What the service works on: a source that grows, and a target. Opened again, they are as they were left. */
export class Databases {
  readonly source: TableFile;
  readonly target: TableFile;
  readonly market: Market;

  constructor(folder: string) {
    this.source = new TableFile(join(folder, "source.db"));
    this.target = new TableFile(join(folder, "target.db"));
    this.market = new Market(this.source, seed);
    if (this.market.revision === 0) this.market.trade(firstRows);
  }

  close(): void {
    this.source.close();
    this.target.close();
  }
}
