import { checkOptions } from "@datasync-monitor/core";
import { everyOption, timeoutOption } from "../options.ts";

export interface HeartbeatOptions {
  /** Default 300,000. */
  readonly everyMs?: number | undefined;
  /** How long the status may take to answer; after that its silence is told. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

export interface HeartbeatSettings {
  readonly everyMs: number;
  readonly timeoutMs: number;
}

const owner = "heartbeat()";

/** @throws ConfigError naming the option that is wrong. */
export const readOptions = (options: HeartbeatOptions): HeartbeatSettings => {
  checkOptions(owner, options, ["everyMs", "timeoutMs"]);
  return {
    everyMs: everyOption(owner, options.everyMs, 300_000),
    timeoutMs: timeoutOption(owner, options.timeoutMs, 10_000),
  };
};
