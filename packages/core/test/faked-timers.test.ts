import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createMonitor } from "../src/monitor.ts";
import type { Problem } from "../src/signals.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** More than one pass of the event loop sends. */
const many = Array.from({ length: 200 }, (_, n) => `${n}`);

it("delivers, and ends flush() and close(), though a test fakes the timers of its process and moves none", async () => {
  const monitor = createMonitor();
  const got: string[] = [];
  monitor.registerCallback(({ message }) => void got.push(message));
  for (const message of many) monitor.emitEvent({ event_type: "sync_start", message });
  expect(await monitor.flush()).toMatchObject({ delivered: 200, timed_out: false });
  expect(got).toEqual(many);
  expect(await monitor.close()).toMatchObject({ pending: 0, timed_out: false });
});

it("delivers and reports when a test has given the timers back, whose faked ones never fire", async () => {
  const problems: Problem[] = [];
  const monitor = createMonitor({ onProblem: (problem) => void problems.push(problem) });
  const got: string[] = [];
  monitor.registerCallback(({ message }) => void got.push(message));
  for (const message of many) monitor.emitEvent({ event_type: "sync_start", message });
  monitor.emitEvent({ event_type: "Wrong", message: "refused" });
  await Promise.resolve();
  vi.useRealTimers();
  monitor.emitEvent({ event_type: "sync_start", message: "later" });
  expect(await monitor.close()).toMatchObject({ dropped: 0, timed_out: false });
  expect(got).toEqual([...many, "later"]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(problems.map(({ code }) => code)).toEqual(["event-invalid"]);
});
