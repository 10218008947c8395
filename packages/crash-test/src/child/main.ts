// The service that is killed: it emits events without end, and has them delivered to two webhooks.
import { setTimeout as sleep } from "node:timers/promises";
import { createMonitor, type EventStore, type Monitor } from "@datasync-monitor/core";
import { webhook } from "@datasync-monitor/notifier-webhook";
import { sqlStore } from "@datasync-monitor/store-sql";
import type { ChildSettings } from "../settings.ts";
import { fastClock } from "./clock.ts";
import { drain } from "./drain.ts";
import { type Failpoints, failpoints } from "./failpoint.ts";
import { watchedNotifier } from "./notifier.ts";
import { produce } from "./produce.ts";
import { say } from "./say.ts";
import { watchedStore } from "./store.ts";

/** Of the service's own time. */
const timeoutMs = 5_000;

const openStore = (settings: ChildSettings, points: Failpoints): EventStore => {
  const clock = fastClock(settings.clock);
  const { store, lie, watchesLog } = settings;
  const log = watchesLog && "file" in store ? `${store.file}-wal` : undefined;
  return watchedStore(sqlStore({ ...store, clock }), { failpoints: points, lie, log });
};

const openMonitor = (settings: ChildSettings, store: EventStore, points: Failpoints): Monitor => {
  const { historyEvents, life, lie } = settings;
  const monitor = createMonitor({
    service: "crash-test",
    store,
    clock: fastClock(settings.clock),
    limits: { historyEvents },
    onProblem: ({ code, message, cause }) =>
      say({ kind: "problem", code, message: `${message} ${cause ?? ""}` }),
  });
  for (const { name, url, body } of settings.receivers) {
    const notifier = webhook({ url, body, headers: { "x-life": life } });
    const watch = { receiver: name, failpoints: points, lie };
    monitor.registerNotifier(watchedNotifier(notifier, watch), { name, timeoutMs });
  }
  return monitor;
};

const showBooks = (monitor: Monitor): void => say({ kind: "books", stats: monitor.stats() });

/** A store that is slow to answer is asked again. */
const replaySometime = async (monitor: Monitor): Promise<void> => {
  for (let tries = 0; tries < 20; tries += 1) {
    await sleep(150);
    try {
      say({ kind: "replayed", count: await monitor.replay({}) });
      return;
    } catch (error) {
      say({ kind: "problem", code: "replay", message: String(error) });
    }
  }
};

const main = async (): Promise<void> => {
  const settings: ChildSettings = JSON.parse(process.argv[2] ?? "");
  const points = failpoints(process.env.FAILPOINT);
  const store = openStore(settings, points);
  const monitor = openMonitor(settings, store, points);
  // Nobody else holds the process while all is settled.
  const stay = setInterval(() => showBooks(monitor), 50);
  const leave = async (): Promise<void> => {
    const { pending } = await monitor.close();
    showBooks(monitor);
    clearInterval(stay);
    say({ kind: "closed", pending });
    process.exit(0);
  };
  process.once("SIGTERM", () => void leave());
  say({ kind: "up", pid: process.pid });
  void monitor.ready().then(
    () => say({ kind: "open" }),
    () => {},
  );
  if (settings.replays) void replaySometime(monitor);
  if (!settings.drains) return produce(monitor, settings);
  await drain(monitor, store, settings);
  await leave();
};

await main();
