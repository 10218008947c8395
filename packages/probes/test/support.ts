import { setImmediate as turn } from "node:timers/promises";
import {
  createMonitor,
  type Monitor,
  type MonitorEvent,
  type MonitorOptions,
} from "@datasync-monitor/core";
import { checkBooks, type FakeClock, fakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach, expect } from "vitest";

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

interface RigOptions extends Omit<MonitorOptions, "clock"> {
  readonly clock?: FakeClock;
}

const open: { readonly monitor: Monitor; readonly clock: FakeClock }[] = [];

afterEach(async () => {
  const ending = open.splice(0);
  for (const { monitor, clock } of ending) {
    checkBooks(monitor.stats());
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(second);
    await closing;
  }
  expect(ending.map(({ clock }) => clock.timers())).toEqual(ending.map(() => 0));
});

/** A monitor on a clock moved by hand, and all that a receiver gets of it. At the end no timer may be left. */
export const rig = ({ clock = fakeClock(), ...options }: RigOptions = {}) => {
  const monitor = createMonitor({ service: "datasync", onProblem: () => {}, ...options, clock });
  const notifier = memoryNotifier({ maxBatchSize: 100 });
  monitor.registerNotifier(notifier);
  open.push({ monitor, clock });
  const own = clock.timers();
  return {
    clock,
    monitor,
    /** Timers that are not the monitor's own. */
    timers: (): number => clock.timers() - own,
    /** What arrived so far, oldest first. */
    events: (): readonly MonitorEvent[] => notifier.events,
    messages: (): readonly string[] => notifier.events.map(({ message }) => message),
    /** What arrived since this was asked last. */
    news: (): readonly MonitorEvent[] => {
      const { events } = notifier;
      notifier.clear();
      return events;
    },
  };
};

/** Something that happens when the test says so. */
export const gate = <T>() => {
  let open: (value: T) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const passed = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { passed, open, fail };
};

/** What a probe needs of a monitor. */
type ProbeMonitor = Pick<Monitor, "attach" | "emitEvent" | "getEvents">;

/** A monitor that takes no event, as when too many come in one turn, until the crowd disperses. */
export const crowd = (monitor: Monitor) => {
  let isCrowded = true;
  const crowded: ProbeMonitor = {
    attach: (attachment) => monitor.attach(attachment),
    getEvents: (query) => monitor.getEvents(query),
    emitEvent: (input) =>
      isCrowded ? { ok: false, reason: "overflow", problem: "too many" } : monitor.emitEvent(input),
  };
  const disperse = (): void => {
    isCrowded = false;
  };
  return { crowded, disperse };
};

/** Waits for what the operating system does, not for a timer. */
export const until = async (isMet: () => boolean): Promise<void> => {
  while (!isMet()) await turn();
};
