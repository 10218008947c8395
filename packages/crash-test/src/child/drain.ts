import { setTimeout as sleep } from "node:timers/promises";
import type { EventStore, Monitor } from "@datasync-monitor/core";
import { seeded } from "../random.ts";
import type { ChildSettings } from "../settings.ts";
import { emit, tellCommitted } from "./produce.ts";
import { say } from "./say.ts";

/** A store that fails is asked again. */
const isEmpty = async (monitor: Monitor, store: EventStore): Promise<boolean> => {
  try {
    await monitor.persisted();
    return (await store.backlog()).every(({ pending }) => pending === 0);
  } catch (error) {
    say({ kind: "problem", code: "backlog", message: String(error) });
    return false;
  }
};

/** Waits until the store holds nothing open, then sends one event more. */
export const drain = async (
  monitor: Monitor,
  store: EventStore,
  { seed, life }: ChildSettings,
): Promise<void> => {
  while (!(await isEmpty(monitor, store))) await sleep(20);
  const fresh = emit(monitor, seeded(seed, "fresh"), life, 0);
  if (fresh === undefined) return;
  say({ kind: "drained", fresh });
  await tellCommitted(monitor, 1);
  await monitor.flush();
};
