// Events a second over HTTP; prints them as JSON. Arguments: how (ours, ours-batched, pool), where, how many.
import { createMonitor } from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { Pool } from "undici";
import { guideEvent } from "../event.ts";

const [how = "", origin = "", count = "0"] = process.argv.slice(2);
const connections = 8;
const callsInTurn = 200;
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

type Run = (total: number) => Promise<void>;

const throughMonitor = (batched: boolean): Run => {
  const monitor = createMonitor();
  const url = `${origin}/hook`;
  monitor.registerNotifier(
    webhook({ url, connections, ...(batched ? { body: "array", maxBatchSize: 100 } : {}) }),
    { concurrency: connections },
  );
  const hasRoom = (): boolean => {
    const [receiver] = monitor.stats().receivers;
    return receiver !== undefined && receiver.pending + callsInTurn <= receiver.queue.max_events;
  };
  let before = 0;
  return async (total) => {
    for (let n = 0; n < total; await nextTurn()) {
      if (!hasRoom()) continue;
      for (let call = 0; call < callsInTurn; call += 1) monitor.emitEvent(guideEvent());
      n += callsInTurn;
    }
    await monitor.flush({ deadlineMs: 120_000 });
    const delivered = (monitor.stats().receivers[0]?.delivered ?? 0) - before;
    if (delivered !== total) throw new Error(`delivered ${delivered} of ${total}`);
    before += delivered;
  };
};

const throughPool = (): Run => {
  const pool = new Pool(origin, { connections });
  // The request that the notifier makes: as many headers, a body as long.
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "user-agent": "datasync-monitor/0.1.0",
    "accept-encoding": "identity",
    "webhook-id": "0198f560-8440-7000-8000-000000000001",
    "webhook-timestamp": "1760000000",
  };
  const extra = { id: "0198f560-8440-7000-8000-000000000001", timestamp: "", service: "datasync" };
  return async (total) => {
    let left = total;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const timestamp = new Date().toISOString();
        const body = JSON.stringify({ ...extra, ...guideEvent(), timestamp });
        const answer = await pool.request({ path: "/hook", method: "POST", headers, body });
        await answer.body.dump();
      }
    };
    await Promise.all(Array.from({ length: connections }, worker));
  };
};

const run = how === "pool" ? throughPool() : throughMonitor(how === "ours-batched");
// A service that runs for days is warm: compiled, its connections open.
const total = Number(count);
await run(total);
const startedAt = performance.now();
await run(total);
const seconds = (performance.now() - startedAt) / 1_000;
process.stdout.write(String(total / seconds), () => process.exit(0));
