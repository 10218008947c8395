// Planted bugs. Each is a file in `mutations/`: a text to be found once in one source file, what to put
// in its place, and the test files of which at least one test must then fail.
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { root } from "./run.mjs";

const folder = join(root, "scripts", "mutations");
const shared = ["vitest.base.ts", "tsup.base.ts", "tsconfig.base.json", "test-support"];
/** One that hangs a test is caught by it. */
const limitMs = 120_000;
/** The same chances every time: whether a bug is caught must not be one of them. */
const seed = "20250829";

/** All mutations, by name. */
export const mutations = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => ({
    id: basename(name, ".json"),
    ...JSON.parse(readFileSync(join(folder, name), "utf8")),
  }));

/** A copy of one package that finds its dependencies where the original does. */
const copyOf = (name) => {
  const place = mkdtempSync(join(tmpdir(), "datasync-monitor-mutant-"));
  const original = join(root, "packages", name);
  const copy = join(place, "packages", name);
  mkdirSync(copy, { recursive: true });
  for (const entry of shared) cpSync(join(root, entry), join(place, entry), { recursive: true });
  for (const entry of readdirSync(original)) {
    if (entry === "node_modules") symlinkSync(join(original, entry), join(copy, entry));
    else cpSync(join(original, entry), join(copy, entry), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  return { copy, remove: () => rmSync(place, { recursive: true, force: true }) };
};

/** Runs a tool of the repository in a folder; answers whether it succeeded, and what it said. */
const tool = (cwd, script, args) =>
  new Promise((resolve) => {
    const env = { ...process.env, FC_SEED: seed, FC_RUNS: "1", NO_COLOR: "1" };
    const command = [join(root, "node_modules", script), ...args];
    const child = spawn(process.execPath, command, { cwd, env, timeout: limitMs });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        said = (said + chunk).slice(-4_000);
      });
    child.on("close", (code, signal) => resolve({ ok: code === 0, hung: signal !== null, said }));
  });

const vitest = join("vitest", "vitest.mjs");
const tsup = join("tsup", "dist", "cli-default.js");

/** Runs test files in a copy, up to the first failure; answers which test that is, null when all pass. */
const firstFailure = async (copy, tests) => {
  const report = join(copy, "mutant.json");
  const output = ["--reporter=json", `--outputFile=${report}`];
  const { ok, hung, said } = await tool(copy, vitest, ["run", "--bail=1", ...output, ...tests]);
  if (hung) return "a test that never ends";
  if (!existsSync(report)) throw new Error(`The tests did not run.\n${said}`);
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed");
  if (failed !== undefined) return failed.fullName;
  const unread = testResults.find(({ status, message }) => status === "failed" && message !== "");
  if (unread !== undefined || !ok) throw new Error(unread?.message ?? said);
  return null;
};

/** The source with the bug in it. Throws when the text it is made of is no longer there, or not the only one. */
const planted = (folder, { id, file, find, replace }) => {
  const source = readFileSync(join(folder, file), "utf8");
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`mutations/${id}.json: its text is in ${file} ${found} times.`);
  return source.replace(find, () => replace);
};

/** Throws when a mutation has no place in the sources any more. */
export const checkPlaces = () => {
  for (const mutation of mutations) planted(join(root, "packages", mutation.package), mutation);
};

const build = async (copy) => {
  const { ok, said } = await tool(copy, tsup, ["--no-dts"]);
  if (!ok) throw new Error(`The mutant does not build.\n${said}`);
};

/** Which test catches a mutation; null: none does. Throws when that cannot be told. */
export const caughtBy = async (mutation) => {
  const { copy, remove } = copyOf(mutation.package);
  try {
    writeFileSync(join(copy, mutation.file), planted(copy, mutation));
    if (mutation.build) await build(copy);
    return await firstFailure(copy, mutation.tests);
  } finally {
    remove();
  }
};

/** Whether the tests that mutations are held against pass without any; else which does not. */
export const soundness = async (name) => {
  const tests = mutations.filter((one) => one.package === name).flatMap((one) => one.tests);
  const { copy, remove } = copyOf(name);
  try {
    return await firstFailure(copy, [...new Set(tests)]);
  } finally {
    remove();
  }
};
