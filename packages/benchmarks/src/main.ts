// `npm run bench`: prints the table; `--json FILE` also writes `{ "<row>": { ratio, bar, pass } }`; exits 1 on a miss.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { coldRow } from "./rows/cold.ts";
import { emitRows } from "./rows/emit.ts";
import { memoryRows } from "./rows/memory.ts";
import { sizeRows } from "./rows/size.ts";

const { values } = parseArgs({ options: { json: { type: "string" } } });

const rows = [
  ...(await emitRows()),
  await coldRow(),
  ...(await memoryRows()),
  ...(await sizeRows()),
];

const bar = (limit: number): string => (Number.isFinite(limit) ? `≤ ${limit}` : "no bar");
console.table(
  rows.map((row) => ({
    row: row.row,
    ours: row.ours,
    beside: row.peer,
    ratio: row.ratio.toFixed(2),
    bar: bar(row.bar),
    pass: row.pass ? "yes" : "NO",
  })),
);

if (values.json !== undefined) {
  const barred = rows.filter((row) => Number.isFinite(row.bar));
  const report = Object.fromEntries(
    barred.map(({ row, ratio, bar: limit, pass }) => [row, { ratio, bar: limit, pass }]),
  );
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
process.exitCode = rows.every(({ pass }) => pass) ? 0 : 1;
