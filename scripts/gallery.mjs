// `npm run gallery`: installs what is missing, builds, and draws what every notifier sends. Needs only Node and npm.
import { prepare, start } from "./run.mjs";

const workspace = "@datasync-monitor/gallery";

await prepare(workspace);
await start(workspace);
