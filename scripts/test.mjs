// `npm test`: build, types, lint, package checks and all tests; ends with one line of passed and failed tests.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkPlaces } from "./mutate.mjs";
import { root, runAll } from "./run.mjs";
import { inWorkspaces } from "./workspaces.mjs";

checkPlaces(); // `npm run test:deep` takes minutes; that a bug can no longer be planted shows at once

const reports = () => inWorkspaces(root, "test-results.json");
for (const report of reports()) rmSync(report);

const bin = (name) => join(root, "node_modules", ".bin", name);
const failed = await runAll([
  ["lint", bin("biome"), ["ci", "--colors=off", "."]],
  ["unused code and dependencies", bin("knip"), []],
  [
    "build, types, package checks, tests",
    bin("turbo"),
    ["run", "build", "typecheck", "check:pkg", "test", "--continue", "--output-logs=errors-only"],
  ],
  // Many processes at once: by themselves, so that nobody's deadlines suffer.
  ["crash tests, short", bin("turbo"), ["run", "crash", "--output-logs=errors-only"]],
  ["sizes", bin("size-limit"), []],
]);

const totals = { passed: 0, failed: 0, skipped: 0 };
const skips = new Map();
for (const report of reports()) {
  const result = JSON.parse(readFileSync(report, "utf8"));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests;
  const unread = result.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  totals.failed += unread.length;
  for (const { status, meta } of result.testResults.flatMap((file) => file.assertionResults)) {
    if (status !== "skipped" && status !== "pending") continue;
    const reason = meta?.skipped_because ?? "no reason given";
    skips.set(reason, (skips.get(reason) ?? 0) + 1);
  }
}

for (const [reason, count] of skips) console.log(`↓ ${count} skipped: ${reason}`);
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(failed.length > 0 || totals.failed > 0 || totals.passed === 0 ? 1 : 0);
