import type { CycleName } from "./cycle.ts";
import type { CycleReport } from "./run.ts";

/** Of all the cycles of one source. */
export interface Figures {
  cycles: number;
  lives: number;
  kills: number;
  committed: number;
  delivered: number;
  dead: number;
  missing: number;
  spurious: number;
  byKill: number;
  byRetry: number;
  byTakeover: number;
  mostByOneKill: number;
  readonly hits: Map<string, number>;
  pruned: number;
  replayed: number;
  slowestFreshMs: number;
}

export const figuresOf = (reports: readonly CycleReport[]): Figures => {
  const figures: Figures = {
    ...{ cycles: 0, lives: 0, kills: 0, committed: 0, delivered: 0, dead: 0, missing: 0 },
    ...{ spurious: 0, byKill: 0, byRetry: 0, byTakeover: 0, mostByOneKill: 0, pruned: 0 },
    ...{ replayed: 0, slowestFreshMs: 0, hits: new Map<string, number>() },
  };
  for (const report of reports) {
    figures.cycles += 1;
    figures.lives += report.lives;
    figures.kills += report.kills;
    figures.committed += report.committed;
    figures.delivered += report.delivered;
    figures.dead += report.dead;
    figures.missing += report.missing;
    figures.spurious += report.spurious;
    figures.byKill += report.repeatedByKill;
    figures.byRetry += report.repeatedByRetry;
    figures.byTakeover += report.repeatedByTakeover;
    figures.mostByOneKill = Math.max(figures.mostByOneKill, report.mostByOneKill);
    figures.pruned += report.pruned;
    figures.replayed += report.replayed;
    figures.slowestFreshMs = Math.max(figures.slowestFreshMs, report.freshMs);
    for (const hit of report.hits) figures.hits.set(hit, (figures.hits.get(hit) ?? 0) + 1);
  }
  return figures;
};

const columns: readonly (readonly [string, (figures: Figures) => number])[] = [
  ["cycles", ({ cycles }) => cycles],
  ["kills", ({ kills }) => kills],
  ["committed", ({ committed }) => committed],
  ["delivered", ({ delivered }) => delivered],
  ["dead", ({ dead }) => dead],
  ["missing", ({ missing }) => missing],
  ["spurious", ({ spurious }) => spurious],
  ["duplicates", ({ byKill, byRetry, byTakeover }) => byKill + byRetry + byTakeover],
  ["by kill", ({ byKill }) => byKill],
  ["most by one", ({ mostByOneKill }) => mostByOneKill],
  ["by retry", ({ byRetry }) => byRetry],
  ["by takeover", ({ byTakeover }) => byTakeover],
  ["fresh ms", ({ slowestFreshMs }) => Math.round(slowestFreshMs)],
];

/** A line for each. */
export const table = (rows: readonly (readonly [string, Figures])[]): string => {
  const cells = [
    ["", ...columns.map(([title]) => title)],
    ...rows.map(([source, figures]) => [
      source,
      ...columns.map(([, value]) => String(value(figures))),
    ]),
  ];
  const widths = columns.map((_, index) =>
    Math.max(...cells.map((row) => row[index + 1]?.length ?? 0)),
  );
  const first = Math.max(...cells.map(([name = ""]) => name.length));
  return cells
    .map(([name = "", ...values]) =>
      [name.padEnd(first), ...values.map((value, at) => value.padStart(widths[at] ?? 0))].join(
        "  ",
      ),
    )
    .join("\n");
};

export const cycleOf = ({ source, number }: CycleName): string => `${source}/${number}`;

const shownViolations = 30;
const shownTrace = 200;

/** What whoever must find out why needs: what is wrong, how to have it again, and what led to it. */
export const explain = ({ name, violations, trace, folder }: CycleReport): string =>
  [
    `${violations.length} violations. Again: SEED=${name.seed} CYCLE=${cycleOf(name)} npm run test:crash`,
    ...violations.slice(0, shownViolations).map((text) => `  ✗ ${text.slice(0, 500)}`),
    `The store's files and the whole trace are kept in ${folder}. What led to it:`,
    ...trace.slice(-shownTrace).map((line) => `  ${line.slice(0, 200)}`),
  ].join("\n");
