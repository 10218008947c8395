import { join } from "node:path";
import {
  type Clock,
  createMonitor,
  type EventStore,
  type Key,
  type Monitor,
} from "@datasync-monitor/core";
import { sqlStore } from "@datasync-monitor/store-sql";
import { every, sleep } from "../pace.ts";
import type { Environment } from "../receivers/receiver.ts";
import { openReceivers } from "../receivers/receivers.ts";
import { booksFaults } from "../report/books.ts";
import { allDeliveries, allEvents } from "../report/pages.ts";
import { Databases } from "../service/databases.ts";
import { tellOf } from "./tell-monitor.ts";
import { tell } from "./words.ts";
import { work } from "./work.ts";

export interface Assignment {
  /** Where its databases and its events are. */
  readonly folder: string;
  /** How many steps it works; null: until it is killed. */
  readonly steps: number | null;
  readonly paceMs: number;
}

/** What a test may replace. */
export interface Parts {
  readonly store?: EventStore | undefined;
  readonly clock?: Clock | undefined;
}

/** Long enough for leases to run out, and for the slowest receiver after that. */
const settleMs = 45_000;

const openDeliveries = async (monitor: Monitor): Promise<readonly Key[]> =>
  (await allDeliveries(monitor, { states: ["pending"] })).map(({ event_id, receiver }) => ({
    event_id,
    receiver,
  }));

/** Waits until the store holds nothing open, whoever took it, or for as long as is reasonable. */
const settled = async (monitor: Monitor, signal: AbortSignal): Promise<void> => {
  const endsAt = performance.now() + settleMs;
  while ((await openDeliveries(monitor)).length > 0 && performance.now() < endsAt) {
    await sleep(50, signal);
  }
};

/** The service, from its start to its end: works, waits until all is delivered, and gives its account. */
export const runService = async (
  { folder, steps, paceMs }: Assignment,
  env: Environment,
  { clock, store = sqlStore({ file: join(folder, "events.db"), clock }) }: Parts = {},
): Promise<void> => {
  const monitor = createMonitor({
    service: "datasync",
    store,
    clock,
    onProblem: ({ receiver, message }) => tell({ kind: "problem", receiver, message }),
  });
  await monitor.ready();
  tell({ kind: "found", open: await openDeliveries(monitor) });
  tellOf(monitor, tell);
  const receivers = await openReceivers(env, { stream: process.stdout, arrived: undefined });
  receivers.register(monitor);
  const databases = new Databases(folder);

  const ending = new AbortController();
  const telling = every(1_000, ending.signal, async () =>
    tell({ kind: "open", open: await openDeliveries(monitor) }),
  );
  for (let step = 1; steps === null || step <= steps; step += 1) {
    await work({ monitor, databases, folder, step });
    await sleep(paceMs, ending.signal);
  }
  await settled(monitor, ending.signal);
  ending.abort();
  await telling;

  const [events, deliveries] = [await allEvents(monitor), await allDeliveries(monitor)];
  tell({
    kind: "account",
    account: { events, deliveries, booksFaults: booksFaults(monitor.stats()) },
  });
  await monitor.close({ deadlineMs: 1_000 });
  await receivers.close();
  databases.close();
};
