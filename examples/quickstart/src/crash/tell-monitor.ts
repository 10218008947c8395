import type { Monitor } from "@datasync-monitor/core";
import type { Word } from "./words.ts";

const worthTelling: readonly string[] = ["taken", "attempt", "paused", "breaker"];

/** Tells what a monitor does: its signals, and each event's id once it is committed. */
export const tellOf = (monitor: Monitor, tell: (word: Word) => void): void => {
  let taken = 0;
  let untold: string[] = [];
  let asking = false;

  const ask = async (): Promise<void> => {
    asking = true;
    await null; // within the signal the event is not on its way to the store yet
    while (untold.length > 0) {
      const ids = untold;
      const upTo = taken;
      untold = [];
      const { committed } = await monitor.persisted();
      // Events are committed in the order they were taken in.
      if (committed >= upTo) tell({ kind: "committed", ids });
    }
    asking = false;
  };

  monitor.observe((signal) => {
    if (!worthTelling.includes(signal.kind)) return;
    tell({ kind: "signal", signal });
    if (signal.kind !== "taken") return;
    taken += 1;
    untold.push(signal.event.id);
    if (!asking) void ask();
  });
};
