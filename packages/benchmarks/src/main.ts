// `npm run bench`: prints the table; exits 1 on a miss. `--json FILE` also writes `{ "<row>": { ratio, bar, pass } }`,
// `--markdown FILE` the table with the machine it was measured on; `--only emit,outage` measures these alone.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { results } from "./results.ts";
import type { Row } from "./row.ts";
import { coldRow } from "./rows/cold.ts";
import { durableRows } from "./rows/durable.ts";
import { emitRows } from "./rows/emit.ts";
import { growthRows } from "./rows/growth.ts";
import { latencyRows } from "./rows/latency.ts";
import { memoryRows } from "./rows/memory.ts";
import { outageRows } from "./rows/outage.ts";
import { postgresRows } from "./rows/postgres.ts";
import { sizeRows } from "./rows/size.ts";
import { webhookRows } from "./rows/webhook.ts";

const { values } = parseArgs({
  options: { json: { type: "string" }, markdown: { type: "string" }, only: { type: "string" } },
});

/** A path as whoever called npm means it: npm runs this in the folder of the package. */
const pathOf = (file: string): string => resolve(process.env.INIT_CWD ?? ".", file);

const webhooks = async (): Promise<Row[]> => {
  const rows = await webhookRows();
  const capacity = Number(rows[0]?.ours.replace(/\D/g, ""));
  return [...rows, ...(await latencyRows(capacity))];
};

const groups: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  emit: emitRows,
  cold: async () => [await coldRow()],
  memory: memoryRows,
  size: sizeRows,
  growth: growthRows,
  webhook: webhooks,
  outage: outageRows,
  durable: durableRows,
  postgres: postgresRows,
};

const only = values.only?.split(",");
const rows: Row[] = [];
for (const [name, measure] of Object.entries(groups))
  if (only === undefined || only.includes(name)) rows.push(...(await measure()));

const bar = ({ bar: limit, sense }: Row): string =>
  Number.isFinite(limit) ? `${sense} ${limit}` : "no bar";
console.table(
  rows.map((row) => ({
    row: row.row,
    ours: row.ours,
    beside: row.peer,
    ratio: row.ratio.toFixed(2),
    bar: bar(row),
    pass: row.pass ? "yes" : "NO",
  })),
);

if (values.json !== undefined) {
  const barred = rows.filter((row) => Number.isFinite(row.bar));
  const report = Object.fromEntries(
    barred.map(({ row, ratio, bar: limit, pass }) => [row, { ratio, bar: limit, pass }]),
  );
  writeFileSync(pathOf(values.json), `${JSON.stringify(report, null, 2)}\n`);
}
if (values.markdown !== undefined) writeFileSync(pathOf(values.markdown), results(rows, bar));
process.exitCode = rows.every(({ pass }) => pass) ? 0 : 1;
