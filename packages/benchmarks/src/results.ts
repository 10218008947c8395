import { cpus, totalmem, type } from "node:os";
import type { Row } from "./row.ts";

const gibibyte = 2 ** 30;

/** The table as a page, with the machine it was measured on. */
export const results = (rows: readonly Row[], bar: (row: Row) => string): string => {
  const [cpu] = cpus();
  const machine = [
    `${cpus().length} cores (${cpu?.model.trim() ?? "unknown"})`,
    `${Math.round(totalmem() / gibibyte)} GiB of memory`,
    `${type()}, Node ${process.versions.node}`,
  ].join(", ");
  const line = (row: Row): string =>
    `| \`${row.row}\` | ${row.ours} | ${row.peer} | ${row.ratio.toFixed(2)} | ${bar(row)} | ${row.pass ? "yes" : "**no**"} |`;
  return `# Results

Measured by \`npm run bench -- --markdown packages/benchmarks/RESULTS.md\` on ${machine}.
What each row measures is in the [README](README.md).

| row | ours | beside | ratio | bar | met |
| --- | --- | --- | --- | --- | --- |
${rows.map(line).join("\n")}
`;
};
