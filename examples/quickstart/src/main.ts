import { fileURLToPath } from "node:url";
import { secondAct } from "./crash/second-act.ts";
import { firstAct } from "./first-act.ts";
import { Progress } from "./progress.ts";

const interrupted = new AbortController();
const { signal } = interrupted;
process.once("SIGINT", () => interrupted.abort());

const progress = new Progress({ color: process.stdout.isTTY && !process.env.NO_COLOR });

// A variable that is set to nothing counts as not set.
const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));

progress.heading("First act: destinations limit their rate, and go away");
const isWhole = await firstAct({ env, progress, signal });

let survives = false;
if (!signal.aborted) {
  progress.heading("Second act: the service is killed, and what was committed is delivered");
  const program = fileURLToPath(new URL("./service.js", import.meta.url));
  survives = await secondAct({ program, progress, signal });
}
if (signal.aborted) progress.say("service", "was interrupted: it ends without a report");
process.exitCode = signal.aborted ? 130 : isWhole && survives ? 0 : 1;
