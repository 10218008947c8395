// `npm run demo`: installs what is missing, builds, and runs the main job. Needs only Node and npm.
import { prepare, start } from "./run.mjs";

const workspace = "@datasync-monitor/example-quickstart";

await prepare(workspace);
await start(workspace);
