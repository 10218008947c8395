import { checkBooks, type FakeClock, memoryNotifier } from "@datasync-monitor/testkit";
import { afterEach } from "vitest";
import { DeliveryError } from "../../src/errors.ts";
import { createMonitor } from "../../src/monitor.ts";
import type { Monitor } from "../../src/monitor-api.ts";
import type { DurableStore } from "./durable-store.ts";

export const minute = 60_000;
export const away = () => new DeliveryError("unavailable", "nobody answers");
const monitors: { monitor: Monitor; clock: FakeClock }[] = [];
afterEach(async () => {
  for (const { monitor, clock } of monitors.splice(0)) {
    const closing = monitor.close({ deadlineMs: 0 });
    await clock.advance(2_000);
    await closing;
    checkBooks(monitor.stats());
  }
});

let processes = 0;
export const processOn = ({ clock, store }: DurableStore, problems: string[] = []) => {
  processes += 1;
  // No two processes draw the same ids.
  const share = 0.5 + (processes % 1_000) / 10_000;
  const monitor = createMonitor({
    clock,
    store,
    random: () => share,
    onProblem: ({ code }) => problems.push(code),
  });
  monitors.push({ monitor, clock });
  const emit = (count: number, message: string): void => {
    for (let n = 1; n <= count; n += 1)
      monitor.emitEvent({ event_type: "sync_success", message: `${message} ${n}` });
  };
  return { monitor, emit };
};

/** As a process did that is gone. */
export const leaveBehind = async (on: DurableStore, count: number): Promise<void> => {
  const { monitor, emit } = processOn(on);
  const broken = memoryNotifier();
  broken.fail(away(), Number.POSITIVE_INFINITY);
  monitor.registerNotifier(broken, { name: "a" });
  emit(count, "left");
  await on.clock.advance(100);
  const closing = monitor.close({ deadlineMs: 0 });
  await on.clock.advance(1_000);
  await closing;
};

export const narrow = { name: "a", queue: { maxEvents: 5 } };
export const prompt = { ...narrow, retry: { capMs: 1, maxRetryAfterMs: 1 } };
