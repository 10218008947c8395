import { inFolder } from "../folder.ts";
import { program } from "../program.ts";
import { atLeast, atMost, median, type Row, told } from "../row.ts";
import { storeLoopRows } from "./store-loop.ts";

const rounds = 5;
const total = 40_000;

const rate = async (how: string): Promise<number> =>
  Number(await inFolder((folder) => program("durable", [how, folder, String(total)])));

interface Backlog {
  readonly claimMs: number;
  readonly bytes: number;
}

const backlog = async (open: number): Promise<Backlog> =>
  JSON.parse(await inFolder((folder) => program("backlog", [folder, String(open)])));

const tell = ({ claimMs, bytes }: Backlog): string =>
  `a page of 256 in ${claimMs.toFixed(1)} ms, ${Math.round(bytes)} bytes each`;

const show = (events: number): string => `${Math.round(events).toLocaleString("en")}/s`;

/** What claiming costs, and what an open delivery and its event take in the file, as more are open. */
const backlogRows = async (): Promise<Row[]> => {
  const few = await backlog(1_000);
  const rows: Row[] = [];
  for (const open of [1_000, 100_000, 1_000_000]) {
    const measured = open === 1_000 ? few : await backlog(open);
    rows.push(
      told({
        row: `sqlite-${open}-open`,
        ours: tell(measured),
        peer: `1,000 open: ${tell(few)}`,
        ratio: measured.claimMs / few.claimMs,
      }),
    );
  }
  return rows;
};

const statusEvents = 1_000_000;
const statusBarMs = 50;

const statusRow = async (): Promise<Row> => {
  const printed = await inFolder((folder) => program("status", [folder, String(statusEvents)]));
  const { p50, p95 } = JSON.parse(printed) as { p50: number; p95: number };
  return atMost({
    row: "status-1000000-events",
    ours: `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
    peer: `p95 ${statusBarMs} ms allowed`,
    ratio: p95 / statusBarMs,
    bar: 1,
  });
};

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
    await statusRow(),
    ...(await storeLoopRows()),
    ...(await backlogRows()),
  ];
};
