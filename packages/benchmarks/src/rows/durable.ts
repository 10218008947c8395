import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program } from "../program.ts";
import { atLeast, median, type Row } from "../row.ts";

const rounds = 5;
const total = 20_000;

const rate = async (how: string): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), "bench-durable-"));
  try {
    return Number(await program("durable", [how, folder, String(total)]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const show = (events: number): string => `${Math.round(events).toLocaleString("en")}/s`;

/** Take, commit and deliver on SQLite with `synchronous=FULL`, beside a bare prepared loop that writes the same rows in the same groups. */
export const durableRows = async (): Promise<Row[]> => {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await rate("ours"));
    bare.push(await rate("bare"));
  }
  const [us, them] = [median(ours), median(bare)];
  return [
    atLeast({
      row: "durable",
      ours: show(us),
      peer: `prepared loop ${show(them)}`,
      ratio: us / them,
      bar: 0.8,
    }),
  ];
};
