import { program } from "../program.ts";
import { atMost, type Row } from "../row.ts";

interface Outage {
  readonly lost: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly backlogSeconds: number;
}

const bounded = (row: string, value: number, unit: string, limit: number): Row =>
  atMost({
    row,
    ours: `${Number(value.toFixed(2))} ${unit}`.trim(),
    peer: `${limit} allowed`,
    ratio: limit === 0 ? value : value / limit,
    bar: limit === 0 ? 0 : 1,
  });

const outage = async (how: string): Promise<Outage> => JSON.parse(await program("outage", [how]));

/** 100 events a second to a destination that asks for rest, or is gone, for 5 s. */
export const outageRows = async (): Promise<Row[]> => {
  const limited = await outage("limited");
  const refused = await outage("refused");
  return [
    bounded("limited-5s-lost", limited.lost, "", 0),
    bounded("limited-5s-refused", limited.refused, "requests", 10),
    bounded("limited-5s-backlog", limited.backlogSeconds, "s", 1),
    bounded("refused-5s-lost", refused.lost, "", 0),
    bounded("refused-5s-duplicates", refused.duplicates, "", 0),
    bounded("refused-5s-backlog", refused.backlogSeconds, "s", 2),
  ];
};
