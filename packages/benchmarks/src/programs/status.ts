// How long the comprehensive status takes with so many events of 30 days in SQLite; prints { p50, p95 } in milliseconds as JSON. Arguments: folder, how many.
import { join } from "node:path";
import { type Clock, createMonitor, systemClock } from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import { guideEvent } from "../event.ts";
import { percentile } from "../row.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const groupEvents = 256;
const asked = 200;
const daysMs = 30 * 86_400_000;
const operations = ["sync", "cleanup", "migration"];
const ends = ["start", "success", "success", "failure"];

const until = Date.now();
let wall = until - daysMs;
const clock: Clock = { ...systemClock, now: () => wall };
const file = join(folder, "status.db");

const source = createMonitor({ clock });
const eventAt = (n: number) => {
  wall = until - daysMs + (daysMs * n) / total;
  const event_type = `${operations[n % operations.length]}_${ends[Math.floor(n / 3) % ends.length]}`;
  const taken = source.emitEvent({ ...guideEvent(), event_type, level: undefined });
  if (!taken.ok) throw new Error(taken.problem);
  return taken.event;
};

const store = sqlStore({ file, durability: "relaxed", clock });
await store.open("bench");
for (let n = 0; n < total; n += groupEvents) {
  const size = Math.min(groupEvents, total - n);
  const accepted = Array.from({ length: size }, (_, at) => ({
    event: eventAt(n + at),
    receivers: [],
  }));
  await store.commit({ now: wall, leaseMs: 0, accepted, outcomes: [] });
  await new Promise((resolve) => setImmediate(resolve));
}
await store.close();

const monitor = createMonitor({ store: sqlStore({ file }) });
await monitor.ready();
const times: number[] = [];
for (let n = 0; n < asked; n += 1) {
  const startedAt = performance.now();
  await monitor.getComprehensiveStatus();
  times.push(performance.now() - startedAt);
}
await monitor.close();
const result = { p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
process.stdout.write(JSON.stringify(result), () => process.exit(0));
