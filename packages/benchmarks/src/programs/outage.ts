// 100 events a second through an outage of 5 s; prints what came of it as JSON. Argument: limited or refused.
import { setTimeout as sleep } from "node:timers/promises";
import { createMonitor } from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { guideEvent } from "../event.ts";
import { type Sink, sink } from "../sink.ts";

const how = process.argv[2];
const everyMs = 10;
const outageMs = 5_000;
const lastsMs = 8_000;
const retryAfterSeconds = 2;

const arrived = new Map<string, number>();
let refused = 0;
/** When the destination accepts again: for one that said when to come back, the end of what it last asked for. */
let openAt = 0;
let emptyAt = 0;
let limited = false;

const answer = (body: string) => {
  if (limited) {
    refused += 1;
    openAt = performance.now() + retryAfterSeconds * 1_000;
    return { status: 429, headers: { "retry-after": String(retryAfterSeconds) } };
  }
  const { id } = JSON.parse(body) as { id: string };
  arrived.set(id, (arrived.get(id) ?? 0) + 1);
  return { status: 204 };
};

let server: Sink = await sink(answer);
const port = Number(new URL(server.origin).port);
const monitor = createMonitor({ onProblem: () => {} });
monitor.registerNotifier(webhook({ url: server.url }), { concurrency: 8 });

let taken = 0;
let isLate = false;
const emitting = setInterval(() => {
  if (monitor.emitEvent(guideEvent()).ok) taken += 1;
  const pending = monitor.stats().receivers[0]?.pending ?? 0;
  if (isLate && emptyAt === 0 && openAt > 0 && performance.now() > openAt && pending <= 2)
    emptyAt = performance.now();
}, everyMs);

await sleep(500);
if (how === "limited") limited = true;
else await server.close();
await sleep(outageMs);
if (how === "limited") limited = false;
else {
  server = await sink(answer, port);
  openAt = performance.now();
}
isLate = true;
await sleep(lastsMs - outageMs + 2_000);
clearInterval(emitting);
await monitor.flush();
if (emptyAt === 0) emptyAt = performance.now(); // not before: something waited all the time
const result = {
  lost: taken - arrived.size,
  duplicates: [...arrived.values()].filter((times) => times > 1).length,
  refused,
  backlogSeconds: Math.max(0, emptyAt - openAt) / 1_000,
};
process.stdout.write(JSON.stringify(result), () => process.exit(0));
