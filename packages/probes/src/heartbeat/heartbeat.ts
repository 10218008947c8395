import type { Monitor, Registration } from "@datasync-monitor/core";
import { Guard } from "../guard.ts";
import { attachProbe, type Surroundings } from "../probe.ts";
import { failureText } from "../words.ts";
import { heartbeatEvent, muteHeartbeatEvent } from "./event.ts";
import { type HeartbeatOptions, readOptions } from "./options.ts";

type StatusMonitor = Pick<Monitor, "attach" | "emitEvent" | "getComprehensiveStatus">;

const rounds = (
  monitor: StatusMonitor,
  timeoutMs: number,
  { host, clock, stopping, emit }: Surroundings,
) => {
  const asked = new Guard(() => monitor.getComprehensiveStatus(), { clock, timeoutMs, stopping });
  return async (): Promise<void> => {
    const answer = await asked.call();
    emit(
      answer.kind === "answered"
        ? heartbeatEvent(answer.value)
        : muteHeartbeatEvent(host.service, failureText(answer, timeoutMs)),
    );
  };
};

/**
 * Emits a `service_status` event again and again, with the comprehensive status in its details.
 *
 * @throws ConfigError when an option is wrong, or the monitor is closed.
 */
export const heartbeat = (monitor: StatusMonitor, options: HeartbeatOptions = {}): Registration => {
  const { everyMs, timeoutMs } = readOptions(options);
  return attachProbe(monitor, {
    id: "heartbeat",
    everyMs,
    start: (around) => rounds(monitor, timeoutMs, around),
  });
};
