// Events a second taken, committed and delivered to a no-op notifier, or rows a second inserted by a bare prepared loop. Arguments: ours or bare, folder, how many.
import { join } from "node:path";
import { createMonitor } from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import Database from "libsql";
import { guideEvent } from "../event.ts";

const [how = "", folder = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const groupEvents = 256;

const ours = async (): Promise<void> => {
  const store = sqlStore({ file: join(folder, "ours.db") });
  const monitor = createMonitor({ store, limits: { turnEvents: total } });
  monitor.registerNotifier({ contract: 1, id: "noop", maxBatchSize: 100, send: () => {} });
  await monitor.ready();
  for (let n = 0; n < total; n += groupEvents) {
    for (let call = 0; call < groupEvents && n + call < total; call += 1)
      monitor.emitEvent(guideEvent());
    await monitor.persisted({ deadlineMs: 60_000 });
  }
  await monitor.flush({ deadlineMs: 60_000 });
  const { delivered } = monitor.stats().receivers[0] ?? {};
  if (delivered !== total) throw new Error(`delivered ${delivered} of ${total}`);
  await monitor.persisted({ deadlineMs: 60_000 });
};

/** The rows that the store keeps of such events: the event and its delivery, settled in a second statement. */
const bare = (): void => {
  const db = new Database(join(folder, "bare.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec(
    "create table event (id text primary key, payload text not null, checksum text not null) without rowid",
  );
  db.exec(
    "create table delivery (event_id text, receiver text, state text, attempts int, settled_at int, primary key (event_id, receiver)) without rowid",
  );
  const addEvent = db.prepare("insert into event values (?, ?, ?)");
  const addDelivery = db.prepare("insert into delivery values (?, ?, 'pending', 0, null)");
  const settle = db.prepare(
    "update delivery set state = 'delivered', attempts = 1, settled_at = ? where event_id = ? and receiver = ?",
  );
  const inGroup = (from: number, work: (id: string) => void): void => {
    db.exec("begin immediate");
    for (let n = from; n < Math.min(total, from + groupEvents); n += 1)
      work(`0198f560-8440-7000-8000-${String(n).padStart(12, "0")}`);
    db.exec("commit");
  };
  for (let from = 0; from < total; from += groupEvents) {
    inGroup(from, (id) => {
      const payload = JSON.stringify({ id, timestamp: new Date().toISOString(), ...guideEvent() });
      addEvent.run(id, payload, "0123456789abcdef");
      addDelivery.run(id, "noop");
    });
    inGroup(from, (id) => settle.run(Date.now(), id, "noop"));
  }
};

const startedAt = performance.now();
if (how === "ours") await ours();
else bare();
const seconds = (performance.now() - startedAt) / 1_000;
process.stdout.write(String(total / seconds), () => process.exit(0));
