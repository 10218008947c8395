// Events a second over HTTP; prints them as JSON. Arguments: how (ours, ours-batched, pool), where, how many.
import { createMonitor } from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { Pool } from "undici";
import { guideEvent } from "../event.ts";

const [how = "", origin = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const connections = 8;
const callsInTurn = 200;
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

const throughMonitor = async (batched: boolean): Promise<void> => {
  const monitor = createMonitor();
  const url = `${origin}/hook`;
  monitor.registerNotifier(
    webhook({ url, connections, ...(batched ? { body: "array", maxBatchSize: 100 } : {}) }),
    { concurrency: connections, queue: { maxEvents: 1_000_000, maxBytes: 2 ** 30 } },
  );
  for (let n = 0; n < total; n += callsInTurn) {
    for (let call = 0; call < callsInTurn; call += 1) monitor.emitEvent(guideEvent());
    await nextTurn();
  }
  const { delivered } = await monitor.flush({ deadlineMs: 120_000 });
  const seen = monitor.stats().receivers[0]?.delivered ?? 0;
  if (seen !== total) throw new Error(`delivered ${seen} (${delivered} at the end) of ${total}`);
};

const throughPool = async (): Promise<void> => {
  const pool = new Pool(origin, { connections });
  const headers = { "content-type": "application/json; charset=utf-8" };
  // As long as the body that the notifier posts.
  const extra = { id: "0198f560-8440-7000-8000-000000000001", timestamp: "", service: "datasync" };
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

const startedAt = performance.now();
if (how === "pool") await throughPool();
else await throughMonitor(how === "ours-batched");
const seconds = (performance.now() - startedAt) / 1_000;
process.stdout.write(String(total / seconds), () => process.exit(0));
