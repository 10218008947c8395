import { type Clock, systemClock } from "@datasync-monitor/core";

/** Time that runs `speed` times as fast since `epochMs`; the same in every process that is told the same. */
export const fastClock = ({ epochMs, speed }: { epochMs: number; speed: number }): Clock => ({
  now: () => epochMs + (systemClock.now() - epochMs) * speed,
  monotonic: () => systemClock.monotonic() * speed,
  setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / speed, callback),
});
