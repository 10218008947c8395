// A million events into receivers that never answer, 200 a turn; prints what it cost as JSON.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createMonitor } from "@datasync-monitor/core";
import { registerDead } from "../dead-receivers.ts";
import { guideEvent } from "../event.ts";

const total = 1_000_000;
const warmUp = 2_000;
const callsInTurn = 200;
const mib = 2 ** 20;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

const monitor = createMonitor({ onProblem: () => {} });
registerDead(monitor, 4);

const flood = async (count: number, afterTurn: () => void): Promise<void> => {
  for (let n = 0; n < count; n += callsInTurn) {
    for (let call = 0; call < callsInTurn; call += 1) monitor.emitEvent(guideEvent());
    await nextTurn();
    afterTurn();
  }
};

await flood(warmUp, () => {});
const before = process.memoryUsage.rss();
let peak = before;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
await flood(total, () => {
  peak = Math.max(peak, process.memoryUsage.rss());
});
delay.disable();

const stats = monitor.stats();
const balanced = stats.receivers.every(
  ({ taken, dropped, pending }) =>
    taken === total + warmUp && taken === (dropped.overflow ?? 0) + pending,
);
const result = {
  growthMib: (peak - before) / mib,
  loopP99Ms: delay.percentile(99) / 1e6,
  balanced,
};
process.stdout.write(JSON.stringify(result), () => process.exit(0));
