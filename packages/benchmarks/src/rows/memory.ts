import { program } from "../program.ts";
import { atMost, type Row } from "../row.ts";

const maxGrowthMib = 64;
const maxDelayMs = 20;

interface Flood {
  readonly growthMib: number;
  readonly loopP99Ms: number;
  readonly balanced: boolean;
}

/** A million events into dead receivers: memory stays bounded, the loop free, and every drop is counted. */
export const memoryRows = async (): Promise<Row[]> => {
  const { growthMib, loopP99Ms, balanced } = JSON.parse(await program("flood")) as Flood;
  return [
    atMost({
      row: "memory",
      ours: `${growthMib.toFixed(1)} MiB`,
      peer: `${maxGrowthMib} MiB allowed`,
      ratio: growthMib / maxGrowthMib,
      bar: 1,
    }),
    atMost({
      row: "loop-delay-p99",
      ours: `${loopP99Ms.toFixed(1)} ms`,
      peer: `${maxDelayMs} ms allowed`,
      ratio: loopP99Ms / maxDelayMs,
      bar: 1,
    }),
    atMost({
      row: "drops-counted",
      ours: balanced ? "all" : "not all",
      peer: "all",
      ratio: balanced ? 0 : 2,
      bar: 1,
    }),
  ];
};
