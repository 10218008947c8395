import { fakeClock } from "@datasync-monitor/testkit";
import { createMonitor } from "../../src/monitor.ts";
import type { Problem } from "../../src/signals.ts";
import type { scriptedStore } from "./scripted-store.ts";

export const hour = 3_600_000;

/** A monitor that the test closes itself, since what it leaves pending is the point. */
export const bare = (store: ReturnType<typeof scriptedStore>["store"]) => {
  const clock = fakeClock();
  const problems: Problem[] = [];
  const onProblem = (problem: Problem) => void problems.push(problem);
  const monitor = createMonitor({ clock, store, onProblem, random: () => 0.5 });
  const emit = (message: string) => monitor.emitEvent({ event_type: "sync_success", message });
  return { clock, monitor, problems, emit };
};
