import { type FakeClock, fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { expect, it } from "vitest";
import type { MonitorEvent } from "../src/event.ts";
import type { Monitor } from "../src/monitor-api.ts";
import type { Notifier } from "../src/notifier.ts";
import type { FlushReport } from "../src/registration.ts";
import { durableStore } from "./support/durable-store.ts";
import { rig } from "./support/rig.ts";

const slow = (clock: FakeClock, seen: string[], id: string): Notifier => ({
  contract: 1,
  id,
  send: async ([event]) => {
    await new Promise<void>((resolve) => clock.setTimer(100, resolve));
    seen.push(event.message);
  },
});

/** Code of the user's that runs while events are on their way to their receivers. */
const places = {
  "an observer of what is taken": (monitor: Monitor, once: () => void) => {
    monitor.observe(({ kind }) => kind === "taken" && once());
  },
  "a filter": (monitor: Monitor, once: () => void) => {
    const where = ({ metrics }: MonitorEvent) => {
      if (metrics.n === 3) once();
      return true;
    };
    monitor.registerCallback(() => {}, { name: "filter", where });
  },
  "an observer of a drop": (monitor: Monitor, once: () => void) => {
    const full = { queue: { maxEvents: 1 } };
    monitor.registerNotifier(memoryNotifier({ id: "full" }), full);
    monitor.observe((signal) => signal.kind === "settled" && signal.fate === "dropped" && once());
  },
};

it.each([
  ["an observer of what is taken", "close", "memory"],
  ["an observer of what is taken", "flush", "memory"],
  ["an observer of what is taken", "close", "durable"],
  ["a filter", "close", "memory"],
  ["a filter", "flush", "memory"],
  ["a filter", "flush", "durable"],
  ["an observer of a drop", "close", "memory"],
  ["an observer of a drop", "flush", "memory"],
] as const)(
  "%s that calls %s() waits for all that was taken (%s store)",
  async (place, method, kind) => {
    const clock = fakeClock();
    const { store } = durableStore(clock);
    const { monitor, emit } = rig({ clock, store: kind === "durable" ? store : undefined });
    const seen: string[] = [];
    let asked: Promise<FlushReport> | undefined;
    places[place](monitor, () => {
      asked ??= monitor[method]({ deadlineMs: 5_000 });
    });
    for (const id of ["one", "two"]) monitor.registerNotifier(slow(clock, seen, id));
    emit(3);
    await clock.advance(6_000);
    expect(await asked).toMatchObject({ pending: 0, timed_out: false });
    expect(seen).toHaveLength(6);
  },
);
