import { spawnSync } from "node:child_process";
import { inFolder } from "../folder.ts";
import { program } from "../program.ts";
import { atMost, median, type Row } from "../row.ts";

const rounds = 3;
const barMs = 50;

/** Every sync to the disk takes 300 ms; nothing else is traced. */
const slowDisk = [
  ...["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"],
  ...["-e", "inject=fsync,fdatasync:delay_exit=300000"],
];

const longest = async (how: string, under: readonly string[]): Promise<number> => {
  const held: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    held.push(Number(await inFolder((folder) => program("store-loop", [folder, how], under))));
  return median(held);
};

const row = (name: string, heldMs: number): Row =>
  atMost({
    row: name,
    ours: `${heldMs.toFixed(1)} ms`,
    peer: `${barMs} ms allowed`,
    ratio: heldMs / barMs,
    bar: 1,
  });

/** How long the store holds up the event loop at most, on a slow disk and while another process has the file. */
export const storeLoopRows = async (): Promise<Row[]> => {
  const rows = [row("store-loop-locked-3s", await longest("locked", []))];
  if (spawnSync("strace", ["-V"]).status === 0)
    rows.unshift(row("store-loop-fsync-300ms", await longest("", slowDisk)));
  else process.stderr.write("store-loop-fsync-300ms is not measured: strace is not installed.\n");
  return rows;
};
