import { program } from "../program.ts";
import { remoteSink } from "../remote-sink.ts";
import { atLeast, median, type Row } from "../row.ts";

const rounds = 5;
const single = 40_000;
const batched = 200_000;

const show = (rate: number): string => `${Math.round(rate).toLocaleString("en")}/s`;

/** One event a request beside a bare undici Pool with as many connections; and a hundred events a request. */
export const webhookRows = async (): Promise<Row[]> => {
  const server = await remoteSink("untimed");
  const rate = async (how: string, count: number): Promise<number> =>
    Number(await program("webhook", [how, server.origin, String(count)]));
  const rates: { ours: number[]; pool: number[]; batched: number[] } = {
    ours: [],
    pool: [],
    batched: [],
  };
  for (let round = 0; round < rounds; round += 1) {
    rates.ours.push(await rate("ours", single));
    rates.pool.push(await rate("pool", single));
    rates.batched.push(await rate("ours-batched", batched));
  }
  await server.stop();
  const [ours, pool, many] = [median(rates.ours), median(rates.pool), median(rates.batched)];
  return [
    atLeast({
      row: "webhook-single",
      ours: show(ours),
      peer: `undici Pool ${show(pool)}`,
      ratio: ours / pool,
      bar: 0.85,
    }),
    atLeast({
      row: "webhook-batch-100",
      ours: show(many),
      peer: `one a request ${show(ours)}`,
      ratio: many / ours,
      bar: 10,
    }),
  ];
};
