import { getEventListeners } from "node:events";
import { fakeClock } from "@datasync-monitor/testkit";
import { expect, it } from "vitest";
import { Guard } from "../src/guard.ts";

it("leaves nothing on a signal that outlives its calls", async () => {
  const clock = fakeClock();
  const { signal: stopping } = new AbortController();
  const guard = new Guard(() => "done", { clock, timeoutMs: 1_000, stopping });
  for (let calls = 0; calls < 3; calls += 1) {
    expect(await guard.call()).toEqual({ kind: "answered", value: "done", durationMs: 0 });
  }
  expect(getEventListeners(stopping, "abort")).toEqual([]);
  expect(clock.timers()).toBe(0);
});
