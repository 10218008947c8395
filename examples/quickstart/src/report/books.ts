import type { MonitorStats } from "@datasync-monitor/core";
import { checkBooks } from "@datasync-monitor/testkit";

/** What in a monitor's books does not add up, in words. */
export const booksFaults = (stats: MonitorStats): readonly string[] => {
  try {
    checkBooks(stats);
    return [];
  } catch (error) {
    return [String(error)];
  }
};
