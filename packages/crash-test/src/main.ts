// The long run: every source of kills, many cycles each, and the figures. `SEED=… CYCLE=…` has one cycle again.
import { campaign, vacuity } from "./run/campaign.ts";
import { type Source, sources } from "./run/plan.ts";
import { cycleOf, explain, type Figures, figuresOf, table } from "./run/report.ts";
import type { CycleReport } from "./run/run.ts";
import { whyNoStrace } from "./run/strace.ts";
import { type TornReport, tearLog } from "./run/torn.ts";

const seed = process.env.SEED ?? String(Date.now());
const only = process.env.CYCLE;
const tornTrials = 1_000;
/** Of the whole run. */
const leastKills = 200;
const leastSyscalls = 100;
const leastRepeats = 30;

const startedAt = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${text}`);

const told = (report: CycleReport): void => {
  const { name, committed, missing, spurious, violations } = report;
  const mark = violations.length === 0 ? "✓" : "✗";
  say(`${mark} ${cycleOf(name)}: ${committed} committed, ${missing} missing, ${spurious} spurious`);
  if (violations.length > 0) console.log(explain(report));
};

const isAsked = ({ name }: Source): boolean => only === undefined || only.startsWith(`${name}/`);

const runSource = async (source: Source): Promise<readonly CycleReport[]> => {
  const noStrace = source.traces ? whyNoStrace() : undefined;
  if (noStrace !== undefined) {
    say(`SKIPPED ${source.name}: ${noStrace}`);
    return [];
  }
  // The cycle that is asked for may lie beyond those of a run.
  const cycles = only === undefined ? source.cycles.long : 1_000;
  return campaign(source, { seed, cycles, only, onCycle: told, concurrency: 3 });
};

const runTorn = async (): Promise<TornReport | undefined> => {
  if (only !== undefined && only !== "torn-log/0") return undefined;
  const report = await tearLog({ seed, source: "torn-log", number: 0 }, tornTrials);
  const { trials, kept, lost, violations } = report;
  say(
    `${violations.length === 0 ? "✓" : "✗"} torn-log/0: ${trials} torn logs; of their commits ${kept} lay before the damage, ${lost} behind`,
  );
  for (const violation of violations.slice(0, 30)) console.log(`  ✗ ${violation}`);
  return report;
};

/** What the run as a whole must have had, to be worth something. */
const tooLittle = (rows: readonly (readonly [Source, Figures])[]): readonly string[] => {
  const of = (wanted: Source) => rows.find(([source]) => source === wanted)?.[1];
  const random = of(sources.random);
  const syscalls = of(sources.syscalls);
  const points = syscallPoints(syscalls);
  const repeats = rows.reduce((sum, [, { byKill }]) => sum + byKill, 0);
  return [
    ...(random !== undefined && random.kills < leastKills
      ? [`only ${random.kills} random kills`]
      : []),
    ...(syscalls !== undefined && points < leastSyscalls
      ? [`only ${points} system calls hit`]
      : []),
    ...(repeats < leastRepeats ? [`only ${repeats} events came twice by a kill`] : []),
  ];
};

const syscallPoints = (figures: Figures | undefined): number =>
  [...(figures?.hits ?? [])].reduce(
    (sum, [name, count]) => (name.startsWith("not reached") ? sum : sum + count),
    0,
  );

console.log(`SEED=${seed}`);
const rows: [Source, Figures][] = [];
const failed: string[] = [];
for (const source of Object.values(sources).filter(isAsked)) {
  const reports = await runSource(source);
  if (reports.length === 0) continue;
  rows.push([source, figuresOf(reports)]);
  const wrong = reports.filter(({ violations }) => violations.length > 0);
  failed.push(...wrong.map(({ name }) => cycleOf(name)));
  if (only !== undefined) continue;
  failed.push(...vacuity(source, reports).map((text) => `${source.name}: ${text}`));
}
const torn = await runTorn();
if (torn !== undefined && torn.violations.length > 0) failed.push("torn-log/0");
if (only === undefined) failed.push(...tooLittle(rows));

console.log(`\n${table(rows.map(([source, figures]) => [source.name, figures]))}\n`);
for (const [{ name }, { hits }] of rows)
  console.log(`${name}: ${[...hits].map(([hit, count]) => `${hit} ${count}`).join(", ")}`);
console.log(
  failed.length === 0
    ? "\nNothing that was committed is missing."
    : `\nFailed: ${failed.join("; ")}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
