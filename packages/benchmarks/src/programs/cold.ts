// 200 calls a second while the process idles between; prints the median call in microseconds.
import { createMonitor } from "@datasync-monitor/core";
import { pino } from "pino";
import { registerDead } from "../dead-receivers.ts";
import { guideEvent, guideFields, guideMessage } from "../event.ts";
import { median } from "../row.ts";

const calls = 600;
const everyMs = 5;

const makeCall = (kind: string | undefined): (() => void) => {
  if (kind === "ours") {
    const monitor = createMonitor({ onProblem: () => {} });
    registerDead(monitor, 4);
    return () => void monitor.emitEvent(guideEvent());
  }
  const log = pino(pino.transport({ target: "pino/file", options: { destination: "/dev/null" } }));
  return () => log.info(guideFields(), guideMessage);
};

const call = makeCall(process.argv[2]);
const times: number[] = [];
const timer = setInterval(() => {
  const startedAt = performance.now();
  call();
  times.push((performance.now() - startedAt) * 1_000);
  if (times.length < calls) return;
  clearInterval(timer);
  process.stdout.write(String(median(times.slice(calls / 6))), () => process.exit(0));
}, everyMs);
