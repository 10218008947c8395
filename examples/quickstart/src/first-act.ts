import { monitorEventLoopDelay } from "node:perf_hooks";
import { createMonitor } from "@datasync-monitor/core";
import { playOutages } from "./outages.ts";
import { sleep } from "./pace.ts";
import type { Progress } from "./progress.ts";
import { keptScreen } from "./receivers/console.ts";
import type { Environment } from "./receivers/receiver.ts";
import { openReceivers } from "./receivers/receivers.ts";
import { sampleMs } from "./report/pace.ts";
import { report } from "./report/report.ts";
import { Service } from "./service/service.ts";
import { stopwatch } from "./stopwatch.ts";

const workMs = 16_000;
const settleMs = 25_000;

export interface FirstActOptions {
  readonly env: Environment;
  readonly progress: Progress;
  /** Ends it early, without a report. */
  readonly signal: AbortSignal;
}

/** Destinations limit their rate and go away while the service works. Answers whether nothing was lost, doubled or still open. */
export const firstAct = async ({ env, progress, signal }: FirstActOptions): Promise<boolean> => {
  const { say } = progress;
  const screen = keptScreen((headline) => say("console", headline));
  const receivers = await openReceivers(env, screen);
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
    void sleep(workMs, signal).then(() => stop.abort());
    const [outages] = await Promise.all([
      playOutages(receivers, { monitor, say, signal: stop.signal }),
      service.run(watch.emitter, (text) => say("service", text), stop.signal),
    ]);
    if (!signal.aborted) say("service", "has done its work; what still waits is delivered now");
    await monitor.flush({ deadlineMs: signal.aborted ? 0 : settleMs });
    loop.disable();
    stopFollowing();

    if (signal.aborted) return false;
    return await report({ monitor, receivers, progress, outages, loop, watch });
  } finally {
    stopFollowing();
    await monitor.close({ deadlineMs: 1_000 });
    await receivers.close();
    await service.close();
  }
};
