import type { IntervalHistogram } from "node:perf_hooks";
import type { Monitor } from "@datasync-monitor/core";
import type { Outage } from "../outages.ts";
import type { Progress } from "../progress.ts";
import type { Receivers } from "../receivers/receivers.ts";
import type { Stopwatch } from "../stopwatch.ts";

/** What a run leaves behind to be told. */
export interface Evidence {
  readonly monitor: Monitor;
  readonly receivers: Receivers;
  readonly progress: Progress;
  readonly outages: readonly Outage[];
  readonly loop: IntervalHistogram;
  readonly watch: Stopwatch;
}
