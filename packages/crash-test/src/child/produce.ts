import { setTimeout as sleep } from "node:timers/promises";
import type { Monitor } from "@datasync-monitor/core";
import { hashOf } from "../canonical.ts";
import { between, type Random, seeded } from "../random.ts";
import type { ChildSettings } from "../settings.ts";
import { inputAt, isMarkedPoison } from "./events.ts";
import { say } from "./say.ts";

/** Emits one event, and tells of it before anybody can have been handed it. Undefined once it is closing. */
export const emit = (
  monitor: Monitor,
  random: Random,
  life: string,
  n: number,
): string | undefined => {
  const result = monitor.emitEvent(inputAt(random, life, n));
  if (!result.ok && result.reason === "closed") return undefined;
  if (!result.ok) throw new Error(`An event was refused: ${result.problem}`);
  const { event } = result;
  const { id, level } = event;
  say({ kind: "emitted", id, n, hash: hashOf(event), level, poison: isMarkedPoison(event) });
  return id;
};

/** Tells when the first `count` events are committed; says nothing when that cannot be said. */
export const tellCommitted = async (monitor: Monitor, count: number): Promise<void> => {
  const { memory_only, timed_out } = await monitor.persisted();
  if (!timed_out && memory_only === 0) say({ kind: "committed", count });
};

/** Emits in groups of one to forty, sometimes without waiting for what was emitted before. */
export const produce = async (monitor: Monitor, settings: ChildSettings): Promise<void> => {
  const { life, seed, events } = settings;
  const random = seeded(seed, "events", life);
  for (let n = 0; n < events; ) {
    const end = Math.min(events, n + between(random, 1, random() < 0.9 ? 8 : 40));
    for (; n < end; n += 1) if (emit(monitor, random, life, n) === undefined) return;
    const committed = tellCommitted(monitor, n);
    if (random() < 0.7) await committed;
    await sleep(between(random, 0, 6));
  }
};
