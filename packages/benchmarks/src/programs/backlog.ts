// What a page costs that is claimed from so many open deliveries, in milliseconds, and what each takes on disk; prints JSON. Arguments: folder, how many.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { createMonitor, type MonitorEvent } from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import { guideEvent } from "../event.ts";
import { median } from "../row.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const groupEvents = 256;
const pages = 3;

const events = (() => {
  const source = createMonitor();
  return (): MonitorEvent => {
    const taken = source.emitEvent(guideEvent());
    if (!taken.ok) throw new Error(taken.problem);
    return taken.event;
  };
})();

const file = join(folder, "backlog.db");
const store = sqlStore({ file, durability: "relaxed" });
await store.open("bench");
for (let n = 0; n < total; n += groupEvents) {
  const size = Math.min(groupEvents, total - n);
  const accepted = Array.from({ length: size }, () => ({ event: events(), receivers: ["pager"] }));
  await store.commit({ now: Date.now(), leaseMs: 0, accepted, outcomes: [] });
  await new Promise((resolve) => setImmediate(resolve));
}
const times: number[] = [];
for (let page = 0; page < pages; page += 1) {
  const startedAt = performance.now();
  const query = { receiver: "pager", limit: 256, maxBytes: 2 ** 20, leaseMs: 60_000 };
  await store.claim({ ...query, now: Date.now() + 1 });
  times.push(performance.now() - startedAt);
}
await store.close();
const result = { claimMs: median(times), bytes: (await stat(file)).size / total };
process.stdout.write(JSON.stringify(result), () => process.exit(0));
