import { program } from "../program.ts";
import { atMost, median, type Row } from "../row.ts";

const rounds = 7;

/** `emitEvent` in a process that idles between calls, beside a pino worker transport in the same state. */
export const coldRow = async (): Promise<Row> => {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(Number(await program("cold", ["ours"])));
    peer.push(Number(await program("cold", ["pino"])));
  }
  const [us, them] = [median(ours), median(peer)];
  return atMost({
    row: "emit-cold",
    ours: `${us.toFixed(1)} µs`,
    peer: `pino transport ${them.toFixed(1)} µs`,
    ratio: us / them,
    bar: 1,
  });
};
