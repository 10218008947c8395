// `npm run gallery`: installs what is missing, builds, and draws what every notifier sends. Needs only Node and npm.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const steps = [
  ...(existsSync(join(root, "node_modules", ".package-lock.json"))
    ? []
    : [["npm", ["ci", "--no-audit", "--no-fund"]]]),
  [
    join(root, "node_modules", ".bin", "turbo"),
    ["run", "build", "--filter=@datasync-monitor/gallery...", "--output-logs=errors-only"],
  ],
  ["npm", ["run", "--silent", "start", "-w", "@datasync-monitor/gallery"]],
];

for (const [command, args] of steps) {
  if (!(await run(command, args))) process.exit(1);
}
