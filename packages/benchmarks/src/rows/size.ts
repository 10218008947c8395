import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { atMost, median, type Row } from "../row.ts";

const core = "@datasync-monitor/core";
const importRounds = 15;
const kilobyte = 1_000;

const gzipped = async (contents: string): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length / kilobyte;
};

const runMs = (source: string): number => {
  const startedAt = performance.now();
  execFileSync(process.execPath, ["--input-type=module", "-e", source], {
    cwd: import.meta.dirname,
  });
  return performance.now() - startedAt;
};

const importMs = (): number => {
  const pairs = Array.from({ length: importRounds }, () => runMs(`import "${core}";`) - runMs(""));
  return median(pairs);
};

const sizeRow = (row: string, size: number, limit: number): Row =>
  atMost({
    row,
    ours: `${size.toFixed(1)} kB`,
    peer: `${limit} kB allowed`,
    ratio: size / limit,
    bar: 1,
  });

/** What core costs to ship and to load. */
export const sizeRows = async (): Promise<Row[]> => {
  const ms = importMs();
  return [
    sizeRow("size-createMonitor", await gzipped(`export { createMonitor } from "${core}";`), 16),
    sizeRow("size-core", await gzipped(`export * from "${core}";`), 22),
    atMost({
      row: "import",
      ours: `${ms.toFixed(1)} ms`,
      peer: "15 ms allowed",
      ratio: ms / 15,
      bar: 1,
    }),
  ];
};
