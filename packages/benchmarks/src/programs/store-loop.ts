// The longest the event loop was held up in 5 s of 200 events a second into SQLite, in milliseconds; with a lock, while another connection holds the file for 3 s of them. Arguments: folder, whether to lock.
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { createMonitor } from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import { guideEvent } from "../event.ts";

const [folder = "", how = ""] = process.argv.slice(2);
const file = join(folder, "loop.db");
const turns = 500;
const eventsInTurn = 2;
const turnMs = 10;

/** In a thread of its own, which does nothing else. */
const holder = `
  const { parentPort, workerData } = require("node:worker_threads");
  const Database = require(workerData.driver);
  const db = new Database(workerData.file);
  db.exec("begin immediate");
  parentPort.postMessage("held");
  setTimeout(() => { db.exec("rollback"); db.close(); }, 3_000);
`;

const lock = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const driver = new URL(import.meta.resolve("libsql")).pathname;
    const worker = new Worker(holder, { eval: true, workerData: { driver, file } });
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });

const monitor = createMonitor({ store: sqlStore({ file }), onProblem: () => {} });
monitor.registerNotifier({ contract: 1, id: "noop", maxBatchSize: 100, send: () => {} });
await monitor.ready();
monitor.emitEvent(guideEvent());
await monitor.persisted({ deadlineMs: 60_000 });
if (how === "locked") await lock();

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
for (let turn = 0; turn < turns; turn += 1) {
  for (let call = 0; call < eventsInTurn; call += 1) monitor.emitEvent(guideEvent());
  await wait(turnMs);
}
delay.disable();
await monitor.flush({ deadlineMs: 60_000 });
const { committed } = await monitor.persisted({ deadlineMs: 60_000 });
const all = turns * eventsInTurn + 1;
if (committed !== all) throw new Error(`committed ${committed} of ${all}`);
process.stdout.write(String(delay.max / 1e6), () => process.exit(0));
