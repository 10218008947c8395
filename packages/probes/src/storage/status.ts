import type { EventLevel } from "@datasync-monitor/core";
import type { StorageSettings } from "./options.ts";

/** How a path is. */
export type StorageStatus = "ok" | "warning" | "critical" | "unreadable";

export const levelOf: Readonly<Record<StorageStatus, EventLevel>> = {
  ok: "info",
  warning: "warning",
  critical: "critical",
  unreadable: "error",
};

type Thresholds = Pick<StorageSettings, "warnAt" | "criticalAt" | "hysteresis">;

/** A threshold is passed at once, and left only when the share has fallen clearly below it. */
export const statusOf = (
  usedRatio: number,
  before: StorageStatus,
  { warnAt, criticalAt, hysteresis }: Thresholds,
): StorageStatus => {
  const wasCritical = before === "critical";
  const wasWarning = wasCritical || before === "warning";
  if (usedRatio >= (wasCritical ? criticalAt - hysteresis : criticalAt)) return "critical";
  return usedRatio >= (wasWarning ? warnAt - hysteresis : warnAt) ? "warning" : "ok";
};
