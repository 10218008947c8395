import { checkBooks, fakeClock } from "@datasync-monitor/testkit";
import { DeliveryError } from "../../src/errors.ts";
import { createMonitor } from "../../src/monitor.ts";
import type { Monitor } from "../../src/monitor-api.ts";
import type { MonitorOptions } from "../../src/settings.ts";
import type { EventStore } from "../../src/store/store.ts";

export const minute = 60_000;
export const away = () => new DeliveryError("unavailable", "nobody answers");
export const retry = { baseMs: 1_000, capMs: 1_000 };

/** A process on a durable store, which several may share. */
export const processOn = (
  store: EventStore,
  {
    clock = fakeClock(),
    ...options
  }: MonitorOptions & { clock?: ReturnType<typeof fakeClock> } = {},
) => {
  const codes: string[] = [];
  const monitor = createMonitor({
    clock,
    store,
    random: () => 0.5,
    onProblem: ({ code }) => codes.push(code),
    ...options,
  });
  let n = 0;
  const emit = (count: number, level: "info" | "critical" = "info") => {
    for (let left = count; left > 0; left -= 1) {
      n += 1;
      monitor.emitEvent({ event_type: "sync_success", level, message: `event ${n}` });
    }
  };
  return { clock, monitor, codes, emit };
};

export const books = (monitor: Monitor) => {
  const stats = monitor.stats();
  checkBooks(stats);
  const [receiver] = stats.receivers;
  if (receiver === undefined) throw new Error("nobody is registered");
  return receiver;
};

export const numbers = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => `event ${from + index}`);
