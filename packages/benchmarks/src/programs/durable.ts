// Events a second taken, committed and delivered to a no-op notifier, or rows a second inserted by a bare prepared loop. Arguments: ours or bare, folder, how many.
import { join } from "node:path";
import { createMonitor } from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import Database from "libsql";
import { guideEvent } from "../event.ts";

const [how = "", folder = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const groupEvents = 256;

type Run = (count: number) => Promise<void>;

const ours = async (): Promise<Run> => {
  const store = sqlStore({ file: join(folder, "ours.db") });
  const monitor = createMonitor({ store, limits: { turnEvents: total } });
  monitor.registerNotifier({ contract: 1, id: "noop", maxBatchSize: 100, send: () => {} });
  await monitor.ready();
  let before = 0;
  return async (count) => {
    for (let n = 0; n < count; n += groupEvents) {
      for (let call = 0; call < groupEvents && n + call < count; call += 1)
        monitor.emitEvent(guideEvent());
      await monitor.persisted({ deadlineMs: 60_000 });
    }
    await monitor.flush({ deadlineMs: 60_000 });
    const delivered = (monitor.stats().receivers[0]?.delivered ?? 0) - before;
    if (delivered !== count) throw new Error(`delivered ${delivered} of ${count}`);
    before += delivered;
    await monitor.persisted({ deadlineMs: 60_000 });
  };
};

/** The same rows, into the same tables with the same indexes, in the same groups: the event and its delivery, then its end. */
const bare = async (): Promise<Run> => {
  const file = join(folder, "bare.db");
  const store = sqlStore({ file, tablePrefix: "bare_" });
  await store.open("bench");
  await store.close();
  const db = new Database(file);
  db.exec("pragma synchronous = full");
  const addEvent = db.prepare(
    "insert into bare_events (id, event_type, level, happened_at, taken_at, taken_in, bytes, checksum, payload) values (?, ?, ?, ?, ?, 1, ?, 1, ?)",
  );
  const addDelivery = db.prepare(
    "insert into bare_deliveries (seq, receiver, state, fence, lease_until, attempts, taken_at) values (?, ?, 'pending', 1, ?, 0, ?)",
  );
  const settle = db.prepare(
    "update bare_deliveries set state = 'delivered', attempts = 1, settled_at = ? where seq = ? and receiver = ?",
  );
  const inGroup = (from: number, to: number, work: (n: number) => void): void => {
    db.exec("begin immediate");
    for (let n = from; n < to; n += 1) work(n);
    db.exec("commit");
  };
  let done = 0;
  return async (count) => {
    const end = done + count;
    for (; done < end; done = Math.min(end, done + groupEvents)) {
      const to = Math.min(end, done + groupEvents);
      inGroup(done, to, (n) => {
        const now = Date.now();
        const id = `0198f560-8440-7000-8000-${String(n).padStart(12, "0")}`;
        const event = { id, timestamp: new Date(now).toISOString(), ...guideEvent() };
        const payload = JSON.stringify(event);
        addEvent.run(id, event.event_type, event.level, now, now, payload.length, payload);
        addDelivery.run(n + 1, "noop", now + 15_000, now);
      });
      inGroup(done, to, (n) => settle.run(Date.now(), n + 1, "noop"));
    }
  };
};

const run = await (how === "ours" ? ours() : bare());
// A service that runs for days is warm.
await run(total / 4);
const startedAt = performance.now();
await run(total);
const seconds = (performance.now() - startedAt) / 1_000;
process.stdout.write(String(total / seconds), () => process.exit(0));
