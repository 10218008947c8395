// What one event costs, the call and all it causes, in microseconds. Arguments: receivers, events that wait in each queue.
import { createMonitor } from "@datasync-monitor/core";
import { registerDead } from "../dead-receivers.ts";
import { guideEvent } from "../event.ts";
import { median } from "../row.ts";

const [receivers = "1", depth = "100"] = process.argv.slice(2);
const rounds = 15;
const turns = 20;
const callsInTurn = 200;
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

const queue = { maxEvents: Number(depth), maxBytes: 2 ** 40 };
const monitor = createMonitor({ onProblem: () => {} });
registerDead(monitor, Number(receivers), { queue });

const run = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += callsInTurn) {
    for (let call = 0; call < callsInTurn; call += 1) monitor.emitEvent(guideEvent());
    await nextTurn();
  }
};

await run(Number(depth) + 20_000); // fills the queues, and then evicts
const times: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const startedAt = performance.now();
  await run(turns * callsInTurn);
  times.push(((performance.now() - startedAt) * 1_000) / (turns * callsInTurn));
}
process.stdout.write(String(median(times)), () => process.exit(0));
