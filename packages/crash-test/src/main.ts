// The long run: every source of harm, many cycles each, and the figures. `SEED=… CYCLE=…` has one cycle again.
import { campaign, vacuity } from "./run/campaign.ts";
import { sources } from "./run/plan.ts";
import { cycleOf, explain, figuresOf, table } from "./run/report.ts";
import type { CycleReport } from "./run/run.ts";
import type { Source } from "./run/source.ts";
import { tearLog } from "./run/torn.ts";

const seed = process.env.SEED ?? String(Date.now());
const only = process.env.CYCLE;
const tornTrials = 1_000;
const tornName = { seed, source: "torn-log", number: 0 };
/** Of the whole run. */
const leastKills = 200;
const leastSyscalls = 100;
const leastRepeats = 30;

const startedAt = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${text}`);

const reports = new Map<Source, readonly CycleReport[]>();
const skipped: string[] = [];
const failed: string[] = [];

const told = (report: CycleReport): void => {
  const { name, committed, missing, spurious, violations } = report;
  const mark = violations.length === 0 ? "✓" : "✗";
  say(`${mark} ${cycleOf(name)}: ${committed} committed, ${missing} missing, ${spurious} spurious`);
  if (violations.length === 0) return;
  failed.push(cycleOf(name));
  console.log(explain(report));
};

const runSource = async (source: Source): Promise<void> => {
  const whyNot = await source.whyNot();
  if (whyNot !== undefined) {
    say(`SKIPPED ${source.name}: ${whyNot}`);
    const isRequired = process.env.REQUIRE_SERVICES === "1" || only !== undefined;
    (isRequired ? failed : skipped).push(`${source.name}: ${whyNot}`);
    return;
  }
  // The cycle that is asked for may lie beyond those of a run.
  const cycles = only === undefined ? source.cycles.long : 1_000;
  const ran = await campaign(source, { seed, cycles, only, onCycle: told, concurrency: 3 });
  reports.set(source, ran);
  if (only === undefined)
    failed.push(...vacuity(source, ran).map((text) => `${source.name}: ${text}`));
};

const runTorn = async (): Promise<void> => {
  const { trials, kept, lost, violations } = await tearLog(tornName, tornTrials);
  const mark = violations.length === 0 ? "✓" : "✗";
  say(
    `${mark} torn-log/0: ${trials} torn logs; of their commits ${kept} lay before the damage, ${lost} behind`,
  );
  for (const violation of violations.slice(0, 30)) console.log(`  ✗ ${violation}`);
  if (violations.length > 0 || kept === 0 || lost === 0) failed.push(cycleOf(tornName));
};

/** What the run as a whole must have had, to be worth something. */
const tooLittle = (): readonly string[] => {
  const all = [...reports.values()].flat();
  const { byKill, replayed } = figuresOf(all);
  const random = figuresOf(reports.get(sources.random) ?? []).kills;
  const traced = reports.get(sources.syscalls);
  const syscalls = (traced ?? []).flatMap(({ hits }) => hits).filter(isReached).length;
  return [
    ...(random < leastKills ? [`only ${random} random kills`] : []),
    ...(traced !== undefined && syscalls < leastSyscalls
      ? [`only ${syscalls} system calls hit`]
      : []),
    ...(byKill < leastRepeats ? [`only ${byKill} events came twice by a kill`] : []),
    ...(replayed === 0 ? ["no dead letter was tried again"] : []),
  ];
};

const isReached = (hit: string): boolean => !hit.startsWith("not reached");

const showFigures = (): void => {
  const rows = [...reports].map(([{ name }, ran]) => [name, figuresOf(ran)] as const);
  const total = ["total", figuresOf([...reports.values()].flat())] as const;
  console.log(`\n${table([...rows, total])}\n`);
  for (const [name, { hits }] of rows)
    console.log(`${name}: ${[...hits].map(([hit, count]) => `${hit} ${count}`).join(", ")}`);
};

console.log(`SEED=${seed}`);
const isAsked = (name: string): boolean => only === undefined || only.startsWith(`${name}/`);
for (const source of Object.values(sources).filter(({ name }) => isAsked(name)))
  await runSource(source);
if (isAsked(tornName.source)) await runTorn();
else if (reports.size === 0 && failed.length === 0)
  failed.push(
    `CYCLE is "${only}", not a source's name and a number such as random-kills/3; a cycle of a test alone is run again by that test`,
  );
if (only === undefined) failed.push(...tooLittle());
if (reports.size > 0) showFigures();

if (skipped.length > 0) console.log(`\nSkipped: ${skipped.join("; ")}`);
console.log(
  failed.length === 0
    ? "\nNothing that was committed is missing."
    : `\nFailed: ${failed.join("; ")}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
