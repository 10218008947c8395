import { program } from "../program.ts";
import { atMost, median, type Row, told } from "../row.ts";

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

const rounds = 3;
const quietRate = 200;

const latency = async (rate: number, neighbours = "none"): Promise<Latency> =>
  JSON.parse(await program("latency", [String(Math.round(rate)), neighbours]));

const show = ({ p50, p99 }: Latency): string =>
  `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;

/** @param capacity - Events a second that one webhook receiver can take. */
export const latencyRows = async (capacity: number): Promise<Row[]> => {
  const rows: Row[] = [];
  const quiet = await latency(capacity * 0.1);
  for (const share of [0.1, 0.5, 0.9]) {
    const measured = share === 0.1 ? quiet : await latency(capacity * share);
    rows.push(
      told({
        row: `latency-${share * 100}%`,
        ours: show(measured),
        peer: `at 10 %: ${show(quiet)}`,
        ratio: measured.p99 / quiet.p99,
      }),
    );
  }
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push((await latency(quietRate)).p99);
    beside.push((await latency(quietRate, "beside-broken")).p99);
  }
  const [calm, disturbed] = [median(alone), median(beside)];
  rows.push(
    atMost({
      row: "beside-broken-neighbours",
      ours: `p99 ${disturbed.toFixed(2)} ms`,
      peer: `alone p99 ${calm.toFixed(2)} ms`,
      ratio: disturbed / calm,
      bar: 2,
    }),
  );
  return rows;
};
