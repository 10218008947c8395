import { program } from "../program.ts";
import { type Row, told } from "../row.ts";

const cost = async (receivers: number, depth: number): Promise<number> =>
  Number(await program("growth", [String(receivers), String(depth)]));

/** How the cost of an event grows with the receivers, and with what waits in a queue. */
export const growthRows = async (): Promise<Row[]> => {
  const one = await cost(1, 100);
  const rows: Row[] = [];
  const tell = (row: string, us: number) =>
    rows.push(
      told({
        row,
        ours: `${us.toFixed(2)} µs`,
        peer: `1 receiver, 100 waiting: ${one.toFixed(2)} µs`,
        ratio: us / one,
      }),
    );
  for (const receivers of [4, 16, 64])
    tell(`growth-${receivers}-receivers`, await cost(receivers, 100));
  for (const depth of [10_000, 1_000_000]) tell(`growth-${depth}-waiting`, await cost(1, depth));
  return rows;
};
