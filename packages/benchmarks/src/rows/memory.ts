import { program } from "../program.ts";
import { atMost, median, type Row } from "../row.ts";

const maxGrowthMib = 64;
const maxDelayMs = 20;
/** How far the collector lets the heap grow differs from run to run by a tenth. */
const rounds = 3;

interface Flood {
  readonly growthMib: number;
  readonly loopP99Ms: number;
  readonly balanced: boolean;
}

/** A million events into dead receivers: memory stays bounded, the loop free, and every drop is counted. */
export const memoryRows = async (): Promise<Row[]> => {
  const floods: Flood[] = [];
  for (let round = 0; round < rounds; round += 1)
    floods.push(JSON.parse(await program("flood")) as Flood);
  const growthMib = median(floods.map((flood) => flood.growthMib));
  const loopP99Ms = median(floods.map((flood) => flood.loopP99Ms));
  const isBalanced = floods.every(({ balanced }) => balanced);
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
      ours: isBalanced ? "all" : "not all",
      peer: "all",
      ratio: isBalanced ? 0 : 2,
      bar: 1,
    }),
  ];
};
