// `npm run test:deep`: what takes minutes. The models and bounds with twenty times the runs, and planted
// bugs of which each must be caught by a test. Names of mutations as arguments run those alone.
import { join } from "node:path";
import { caughtBy, mutations, soundness } from "./mutate.mjs";
import { root, run } from "./run.mjs";

const runs = process.env.FC_RUNS ?? "20";
const atOnce = 2;

const bin = (name) => join(root, "node_modules", ".bin", name);
const seconds = (since) => `${((performance.now() - since) / 1_000).toFixed(0)} s`;

/** Calls `work` with each item, a few at a time; answers the results in order. */
const each = async (items, work) => {
  const results = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};

const judged = async (mutation) => {
  const startedAt = performance.now();
  try {
    const test = await caughtBy(mutation);
    const verdict = test === null ? "SURVIVES" : "caught";
    return { ...mutation, verdict, by: test ?? mutation.breaks, took: seconds(startedAt) };
  } catch (error) {
    return { ...mutation, verdict: "ERROR", by: error.message, took: seconds(startedAt) };
  }
};

const print = (rows) => {
  const widest = Math.max(...rows.map(({ id }) => id.length));
  for (const { id, verdict, by, took } of rows) {
    const line = by.length > 110 && verdict === "caught" ? `${by.slice(0, 110)}…` : by;
    console.log(`${id.padEnd(widest)}  ${verdict.padEnd(8)}  ${took.padStart(5)}  ${line}`);
  }
};

const mutate = async (chosen) => {
  const packages = [...new Set(chosen.map((mutation) => mutation.package))];
  const failures = await each(packages, soundness);
  const unsound = failures.filter((failure) => failure !== null);
  for (const failure of unsound) console.log(`✗ without a mutation, this fails: ${failure}`);
  if (unsound.length > 0) return false;
  const rows = await each(chosen, judged);
  print(rows);
  return rows.every(({ verdict }) => verdict === "caught");
};

const wanted = process.argv.slice(2);
const chosen = mutations.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
const unknown = wanted.filter((id) => !mutations.some((mutation) => mutation.id === id));
if (unknown.length > 0) {
  console.error(`No mutation is called ${unknown.join(", ")}. See scripts/mutations.`);
  process.exit(1);
}

const failed = [];
const step = async (name, work) => {
  const startedAt = performance.now();
  console.log(`\n▸ ${name}`);
  const ok = await work();
  console.log(`${ok ? "✓" : "✗"} ${name} (${seconds(startedAt)})`);
  if (!ok) failed.push(name);
};

await step("build", () => run(bin("turbo"), ["run", "build", "--output-logs=errors-only"]));
if (wanted.length === 0) {
  const core = ["--root", join(root, "packages", "core"), "--reporter=default"];
  const files = ["test/models", "test/bounds.test.ts", "test/lifecycle-deep.test.ts"];
  await step(`models and bounds, ${runs} times the runs`, () =>
    run(bin("vitest"), ["run", ...core, ...files], { FC_RUNS: runs }),
  );
}
await step(`${chosen.length} mutations`, () => mutate(chosen));
process.exit(failed.length > 0 ? 1 : 0);
