// Milliseconds from emit to receipt at a steady rate; prints p50 and p99 as JSON. Arguments: events a second; "beside-broken" adds neighbours that misbehave.
import { setTimeout as sleep } from "node:timers/promises";
import { createMonitor } from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { remoteSink } from "../remote-sink.ts";
import { percentile } from "../row.ts";
import { timedEvent } from "../timed-event.ts";

const [rate = "100", neighbours] = process.argv.slice(2);
const warmUpMs = 2_000;
const lastsMs = 5_000;

const server = await remoteSink("timed");
const monitor = createMonitor({ onProblem: () => {} });
monitor.registerNotifier(webhook({ url: `${server.origin}/hook` }), {
  concurrency: 8,
  queue: { maxEvents: 1_000_000, maxBytes: 2 ** 30 },
});
if (neighbours === "beside-broken") {
  monitor.registerCallback(() => Promise.reject(undefined), { name: "rejects" });
  monitor.registerCallback(
    () => {
      throw new Error("no");
    },
    { name: "throws" },
  );
  monitor.registerCallback(() => new Promise(() => {}), { name: "hangs" });
  const gone = webhook({ url: "http://127.0.0.1:9/hook" });
  monitor.registerNotifier({ ...gone, id: "gone" }, { concurrency: 8 });
}

const emitFor = async (ms: number): Promise<number> => {
  const startedAt = performance.now();
  let emitted = 0;
  while (performance.now() - startedAt < ms) {
    const due = ((performance.now() - startedAt) / 1_000) * Number(rate);
    for (; emitted < due; emitted += 1) monitor.emitEvent(timedEvent());
    await sleep(1);
  }
  await monitor.flush({ deadlineMs: 2_000 }); // one of the broken ones never ends
  return emitted;
};

// What gathers while the code is compiled is gone before anything is measured.
const coldEvents = await emitFor(warmUpMs);
await emitFor(lastsMs);
const latencies = (await server.stop()).slice(coldEvents);
const result = { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
process.stdout.write(JSON.stringify(result), () => process.exit(0));
