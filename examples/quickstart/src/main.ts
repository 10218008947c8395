import { monitorEventLoopDelay } from "node:perf_hooks";
import { createMonitor } from "@datasync-monitor/core";
import { playOutages } from "./outages.ts";
import { sleep } from "./pace.ts";
import { Progress } from "./progress.ts";
import { openReceivers } from "./receivers/receivers.ts";
import { sampleMs } from "./report/pace.ts";
import { report } from "./report/report.ts";
import { Service } from "./service/service.ts";
import { stopwatch } from "./stopwatch.ts";

const workMs = 16_000;
const settleMs = 25_000;

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

const progress = new Progress({ color: process.stdout.isTTY && !process.env.NO_COLOR });
const { say } = progress;

// A variable that is set to nothing counts as not set.
const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
const receivers = await openReceivers(env, (headline) => say("console", headline));
const service = await Service.open();
const monitor = createMonitor({
  service: "datasync",
  onProblem: ({ receiver, message }) => say(receiver ?? "monitor", message),
});
const stopFollowing = progress.follow(monitor);

try {
  receivers.register(monitor);
  say("service", "begins: source and target are SQLite files, and six receivers listen");
  const loop = monitorEventLoopDelay({ resolution: sampleMs });
  loop.enable();

  const watch = stopwatch(monitor);
  // No AbortSignal.any() of a timeout: in Node 20 it is collected before it fires.
  const stop = new AbortController();
  void sleep(workMs, interrupted.signal).then(() => stop.abort());
  const [outages] = await Promise.all([
    playOutages(receivers, { monitor, say, signal: stop.signal }),
    service.run(watch.emitter, (text) => say("service", text), stop.signal),
  ]);
  if (!interrupted.signal.aborted) {
    say("service", "has done its work; what still waits is delivered now");
  }
  await monitor.flush({ deadlineMs: interrupted.signal.aborted ? 0 : settleMs });
  loop.disable();
  stopFollowing();

  if (interrupted.signal.aborted) {
    say("service", "was interrupted: it closes without a report");
    process.exitCode = 130;
  } else {
    const isWhole = await report({ monitor, receivers, progress, outages, loop, watch });
    process.exitCode = isWhole ? 0 : 1;
  }
} finally {
  stopFollowing();
  await monitor.close({ deadlineMs: 1_000 });
  await receivers.close();
  await service.close();
}
